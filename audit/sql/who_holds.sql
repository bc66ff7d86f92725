-- What subjects of a kind have in places that their key names. Parameters: kind, books, kinds of places (of one length),
-- whether also what is zero.
select s.id, p.book, p.kind, p.key, p.currency, b.amount, b.recorded_at, p.id, b.in_order
from unnest(%(books)s::text[], %(places)s::text[]) as w (book, kind)
join trace.place p on p.book = w.book and p.kind = w.kind
join balance b on b.place_id = p.id and (%(is_all)s or b.amount <> 0)
join trace.subject s on s.kind = %(kind)s and s.key = p.key
