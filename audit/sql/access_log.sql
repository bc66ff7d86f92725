-- What everyone did, in an order that never gains a row behind what was read: by transaction, and only of those before
-- which none is still open. Parameters: transaction and id of the last that was read, how many.
select transaction::text, id, kind, recorded_at, actor, role, session, address, subjects, page, unmasked, reason_code,
       outcome, duration_ms
from audit_record
where (transaction, id) > (%s::xid8, %s) and transaction < pg_snapshot_xmin(pg_current_snapshot())
order by transaction, id
limit %s
