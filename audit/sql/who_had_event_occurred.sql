-- Subjects of a kind for which an event of some types had occurred at a time, and the last one's time.
-- Parameters: kind, numbers of types, time.
select t.subject_id, max(l.occurred_at)
from timeline t join trace.subject s on s.id = t.subject_id join trace.log l on l.position = t.position
where s.kind = %(kind)s and t.meaning = any(%(meanings)s) and l.occurred_at <= %(time)s
group by t.subject_id
