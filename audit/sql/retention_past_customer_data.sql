-- Customers whose last event occurred before a time and whose key still lives, the longest first, with how many there are.
-- Parameters: the time, how many at most.
select kind, key, last, count(*) over ()
from (
    select s.kind, s.key, max(l.occurred_at) as last
    from trace.data_key k
    join subject s on s.kind = k.owner_kind and s.key = k.owner_key
    join timeline t on t.subject_id = s.id
    join trace.log l on l.position = t.position
    where k.owner_kind = 'customer' and k.wrapped is not null
    group by s.id, s.kind, s.key
) customer
where last < %s and kind || ':' || key <> all(%s)
order by last, key
limit %s
