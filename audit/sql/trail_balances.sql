-- What the places that some streams own hold after the last movement up to a place in the streams' source.
-- Parameters: streams, places.
select distinct on (l.stream_id, e.place_id) l.stream_id, p.book, p.kind, p.key, p.currency, e.balance, e.position
from unnest(%s::bigint[], %s::bigint[]) w (stream_id, upto)
join trace.log l on l.stream_id = w.stream_id and l.kind = 0 and l.source_position <= w.upto
join entry e on e.position = l.position and e.balance is not null
join trace.place p on p.id = e.place_id
order by l.stream_id, e.place_id, l.version desc nulls last, l.source_position desc, e.position desc, e.ordinal desc
