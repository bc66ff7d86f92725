-- Events of subjects that play a part in expectations, in story order (causes aside). Parameters: subjects, after when each
-- (of one length), until when, numbers of types. Sources by name: their identifiers follow the order in which they were
-- first seen.
select t.subject_id, (extract(epoch from t.recorded_at) * 1000000)::int8, t.position, t.meaning
from unnest(%s::int8[], %s::timestamptz[]) as n (subject_id, since)
join timeline t on t.subject_id = n.subject_id and t.recorded_at > n.since
join trace.source o on o.id = t.source_id
where t.recorded_at <= %s and t.meaning = any(%s)
order by t.subject_id, t.recorded_at, o.name, t.source_position
