-- The customers that each of some subjects belongs to. Parameter: subjects.
select w.id, s.kind, s.key
from unnest(%(subjects)s::int8[]) as w (id)
cross join lateral trace.owners(w.id) o
join subject s on s.id = o.customer_id
order by w.id, o.first_at desc, o.customer_id
