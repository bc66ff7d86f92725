-- Places by kind and key, with what they hold now where that is kept. Parameters: books, kinds, keys (arrays of one length).
select p.id, p.book, p.kind, p.key, p.currency, coalesce(b.amount, 0), coalesce(b.in_order, false), b.entries
from unnest(%s::text[], %s::text[], %s::text[]) as w (book, kind, key)
join trace.place p on p.kind = w.kind and p.key = w.key and p.book = w.book
left join balance b on b.place_id = p.id
order by p.book, p.kind, p.key, p.currency
