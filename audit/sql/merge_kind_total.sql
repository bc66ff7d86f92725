-- Totals of each kind of place are added to.
insert into kind_total (book, kind, currency, amount, entries)
select * from unnest(%s::text[], %s::text[], %s::text[], %s::numeric[], %s::int8[])
on conflict (book, kind, currency) do update set
    amount = kind_total.amount + excluded.amount, entries = kind_total.entries + excluded.entries
