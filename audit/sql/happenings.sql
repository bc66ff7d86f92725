-- Events of subjects that play a part in expectations, in story order (causes aside). Parameters: subjects, numbers of
-- types. Sources by name: their identifiers follow the order in which they were first seen.
select t.subject_id, (extract(epoch from t.recorded_at) * 1000000)::int8, t.position, t.meaning
from timeline t
join trace.source o on o.id = t.source_id
where t.subject_id = any(%s) and t.meaning = any(%s)
order by t.subject_id, t.recorded_at, o.name, t.source_position
