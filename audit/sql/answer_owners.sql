-- The customers that a subject belongs to, newest first. Parameters: subject, how many at most.
select o.customer_id, s.kind, s.key, o.first_at
from trace.owners(%(subject)s) o
join subject s on s.id = o.customer_id
order by o.first_at desc, o.customer_id desc
limit %(limit)s
