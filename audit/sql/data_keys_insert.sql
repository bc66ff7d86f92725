-- New keys, each with the number after its owner's last one. Another writer's key of the same number wins.
insert into trace.data_key (owner_kind, owner_key, wrapped, serial)
select o.kind, o.key, o.wrapped,
       1 + coalesce((select max(k.serial) from trace.data_key k where k.owner_kind = o.kind and k.owner_key = o.key), 0)
from unnest(%s::text[], %s::text[], %s::bytea[]) as o (kind, key, wrapped)
on conflict do nothing
