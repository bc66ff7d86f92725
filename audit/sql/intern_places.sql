-- Identifiers of places, made where there are none yet. Parameters: books, kinds, keys, currencies (arrays, sorted).
with wanted as (
    select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) as w (book, kind, key, currency)
), made as (
    insert into trace.place (book, kind, key, currency)
    select w.book, w.kind, w.key, w.currency from wanted w
    where not exists (select from trace.place p
                      where p.book = w.book and p.kind = w.kind and p.key = w.key and p.currency = w.currency)
    on conflict (book, kind, key, currency) do update set key = excluded.key
    returning id, book, kind, key, currency
)
select id, book, kind, key, currency, true from made
union all
select p.id, p.book, p.kind, p.key, p.currency, false from wanted w join trace.place p using (book, kind, key, currency)
