-- What some subjects have in places that their keys name. Parameters: subjects, books, kinds of places (of one length).
select s.id, p.book, p.kind, p.key, p.currency, b.amount, b.recorded_at, p.id, b.in_order
from trace.subject s
cross join unnest(%(books)s::text[], %(places)s::text[]) as w (book, kind)
join trace.place p on p.book = w.book and p.kind = w.kind and p.key = s.key
join balance b on b.place_id = p.id
where s.id = any(%(subjects)s)
