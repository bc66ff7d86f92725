-- Identifiers for those of these places that have none yet. Parameters: books, kinds, keys, currencies (arrays, sorted).
insert into trace.place (book, kind, key, currency) select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[])
on conflict (book, kind, key, currency) do nothing returning id, book, kind, key, currency
