-- The last state of each item of some streams up to a place in their source. Parameters: streams, places.
select distinct on (c.stream_id, c.item) c.stream_id, c.item, c.value, c.position
from unnest(%s::bigint[], %s::bigint[]) w (stream_id, upto)
join change c on c.stream_id = w.stream_id and c.field = '' and c.source_position <= w.upto
join trace.log l on l.position = c.position
order by c.stream_id, c.item, l.version desc nulls last, c.source_position desc, c.position desc
