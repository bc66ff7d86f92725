-- Every subject of a kind of which something had occurred at a time, and when the first did. Parameters: kind, time.
select s.id, b.began
from trace.subject s
cross join lateral (
    select min(l.occurred_at) as began from timeline t join trace.log l on l.position = t.position
    where t.subject_id = s.id
) b
where s.kind = %(kind)s and b.began <= %(time)s
