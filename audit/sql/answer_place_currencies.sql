-- The currencies of a place, with what it holds where that is kept. Parameters: book, kind, key.
select p.id, p.currency, b.amount, coalesce(b.in_order, false) from trace.place p left join balance b on b.place_id = p.id
where p.book = %s and p.kind = %s and p.key = %s order by p.currency
