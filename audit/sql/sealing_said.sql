-- What hinders sealing now; null: nothing does, and all that was logged is signed.
update trace.sealing
set trouble = %s, sealed_at = case when %s::text is null then clock_timestamp() else sealed_at end
where trouble is distinct from %s::text or sealed_at is null or sealed_at < clock_timestamp() - interval '10 seconds'
