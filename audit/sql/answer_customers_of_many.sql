-- The customers that any of some subjects belong to. Parameters: subjects, how many at most.
select s.id, s.kind, s.key
from (select distinct o.customer_id from unnest(%(subjects)s::int8[]) as w (id) cross join lateral trace.owners(w.id) o) l
join subject s on s.id = l.customer_id
order by s.id
limit %(limit)s
