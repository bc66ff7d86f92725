-- Make what is sealed under an owner's key unreadable for ever, and let it never have another. Parameters: kind, key.
with destroyed as (
    update trace.data_key
    set wrapped = null, destroyed_at = clock_timestamp()
    where owner_kind = %(kind)s and owner_key = %(key)s and wrapped is not null
    returning id
), marked as (
    insert into trace.data_key (owner_kind, owner_key, destroyed_at)
    select %(kind)s, %(key)s, clock_timestamp()
    where not exists (select from trace.data_key where owner_kind = %(kind)s and owner_key = %(key)s)
    on conflict do nothing
)
select id from destroyed
