-- Our last position, held until this transaction ends; with it which database this is (a copy bears the same instance)
-- and which transaction.
select h.position, h.instance::text || ' ' || d.oid, pg_current_xact_id()::text
from trace.head h, pg_database d
where d.datname = current_database()
for update of h
