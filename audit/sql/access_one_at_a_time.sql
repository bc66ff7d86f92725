-- Wait for whoever else is at the same thing; let go when the transaction ends. Parameter: a number for the thing.
select pg_advisory_xact_lock(%s)
