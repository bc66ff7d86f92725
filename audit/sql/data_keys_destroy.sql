-- Make everything sealed under an owner's keys unreadable for ever.
update trace.data_key
set wrapped = null, destroyed_at = clock_timestamp()
where owner_kind = %s and owner_key = %s and wrapped is not null
returning id
