-- What fields of streams held at a moment: from the newest value back to the first that had come. Where a stream's times
-- ran backwards there is no shorter way. Parameters: streams, items, fields (of one length), moment.
select w.stream_id, w.item, w.field, c.value, c.recorded_at, c.position
from unnest(%(streams)s::int8[], %(items)s::text[], %(fields)s::text[]) as w (stream_id, item, field)
join trace.stream t on t.id = w.stream_id
cross join lateral (
    select h.value, h.recorded_at, h.position from change h
    where h.stream_id = w.stream_id and h.item = w.item and h.field = w.field
      and (h.recorded_at, t.source_id, h.source_position) <= (%(recorded)s, %(source)s, %(order)s)
      and (h.occurred_at < %(occurred)s or h.occurred_at = %(occurred)s
           and (h.recorded_at, t.source_id, h.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
    order by h.source_position desc limit 1
) c
