-- The identifiers of places. Parameters: books, kinds, keys, currencies (arrays of one length).
select id, book, kind, key, currency
from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) as w (book, kind, key, currency)
join trace.place p using (book, kind, key, currency)
