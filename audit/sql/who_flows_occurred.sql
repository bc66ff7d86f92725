-- Every flow of a kind of which something had occurred at a time: when the first did, what it had declared, whether it is
-- open now, when the last of all occurs. Parameters: kind, time.
select f.subject_id, b.began, case when d.occurred_at <= %(time)s then f.amount end, f.currency, f.is_open, b.latest
from (
    select t.subject_id, min(l.occurred_at) as began, max(l.occurred_at) as latest
    from trace.subject s join timeline t on t.subject_id = s.id join trace.log l on l.position = t.position
    where s.kind = %(kind)s
    group by t.subject_id
    having min(l.occurred_at) <= %(time)s
) b
join flow f on f.subject_id = b.subject_id
left join trace.log d on d.position = f.declared_position
