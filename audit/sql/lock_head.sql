-- Our last position, held until this transaction ends; with it whose database this is and which transaction.
select position, instance::text, pg_current_xact_id()::text from trace.head for update
