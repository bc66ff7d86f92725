-- Places by kind and key, with what they hold now where that is kept, and their last entry by recorded time. Parameters:
-- books, kinds, keys (arrays of one length).
select p.id, p.book, p.kind, p.key, p.currency, coalesce(b.amount, 0), coalesce(b.in_order, false),
       e.recorded_at, e.occurred_at, s.name, l.event_id, e.position
from unnest(%s::text[], %s::text[], %s::text[]) as w (book, kind, key)
join trace.place p on p.kind = w.kind and p.key = w.key and p.book = w.book
left join balance b on b.place_id = p.id
left join lateral (
    select recorded_at, occurred_at, position from entry where place_id = p.id
    order by recorded_at desc, source_id desc, source_position desc, ordinal desc limit 1
) e on true
left join trace.log l on l.position = e.position
left join trace.source s on s.id = l.source_id
order by p.book, p.kind, p.key, p.currency
