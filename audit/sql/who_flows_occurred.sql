-- Every flow of a kind of which something had occurred at a time: when the first did, what it had declared, whether it is
-- open now. Parameters: kind, time.
select f.subject_id, b.began, case when d.occurred_at <= %(time)s then f.amount end, f.currency, f.is_open
from flow f join trace.subject s on s.id = f.subject_id
cross join lateral (
    select min(l.occurred_at) as began from timeline t join trace.log l on l.position = t.position
    where t.subject_id = f.subject_id
) b
left join trace.log d on d.position = f.declared_position
where s.kind = %(kind)s and b.began <= %(time)s
