-- The state that each stream (and item) was in before an event. Parameters: streams, items, the source's positions.
select w.stream_id, w.item, w.source_position, c.value
from unnest(%s::int8[], %s::text[], %s::int8[]) as w (stream_id, item, source_position)
cross join lateral (
    select value from change
    where stream_id = w.stream_id and item = w.item and field = '' and source_position < w.source_position
    order by source_position desc limit 1
) c
