-- Every subject of a kind of which something had occurred at a time, and when the first did. Parameters: kind, time.
select t.subject_id, min(l.occurred_at)
from trace.subject s join timeline t on t.subject_id = s.id join trace.log l on l.position = t.position
where s.kind = %(kind)s
group by t.subject_id
having min(l.occurred_at) <= %(time)s
