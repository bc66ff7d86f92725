-- The columns of a bank's table or view, with their types; system columns too.
select attname, format_type(atttypid, null)
from pg_attribute
where attrelid = %s::bigint::oid and not attisdropped
