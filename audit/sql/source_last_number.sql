-- The last number that the sequence gave out; null where that may not be known.
select q.last_value
from pg_sequences q
join pg_class c on c.relname = q.sequencename
join pg_namespace n on n.oid = c.relnamespace and n.nspname = q.schemaname
where c.oid = %s::bigint::oid
