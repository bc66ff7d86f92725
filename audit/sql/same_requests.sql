-- The requests of subjects, with those that are the same, in story order; and how the flow of each ended.
-- Parameter: subjects.
select e.digest, e.position, (extract(epoch from e.recorded_at) * 1000000)::int8, e.meaning, e.subject_id, s.kind, s.key,
       case when f.is_failure then (extract(epoch from f.state_at) * 1000000)::int8 end,
       case when f.is_failure then f.state_position end, f.amount::text, f.currency
from effect e
join trace.subject s on s.id = e.subject_id
left join flow f on f.subject_id = e.subject_id
where e.digest in (select digest from effect where subject_id = any(%s))
order by e.digest, e.recorded_at, e.source_id, e.source_position, e.position
