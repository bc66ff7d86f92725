-- Let no legal hold be placed until this transaction ends (its trigger, await_erasure, takes the same lock).
select pg_advisory_xact_lock(hashtextextended('legal_hold', 0))
