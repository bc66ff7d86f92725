-- Identifiers for those of these subjects that have none yet. Parameters: kinds, keys (arrays of one length, sorted).
insert into trace.subject (kind, key) select * from unnest(%s::text[], %s::text[])
on conflict (kind, key) do nothing returning id, kind, key
