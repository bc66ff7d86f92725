-- The newest key of each owner (null: destroyed). Two arrays of equal length: kinds and keys.
select distinct on (k.owner_kind, k.owner_key) k.id, k.owner_kind, k.owner_key, k.wrapped
from trace.data_key k
join (select distinct kind, key from unnest(%s::text[], %s::text[]) as o (kind, key)) wanted
    on k.owner_kind = wanted.kind and k.owner_key = wanted.key
order by k.owner_kind, k.owner_key, k.serial desc
