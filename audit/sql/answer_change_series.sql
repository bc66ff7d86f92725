-- Every value that some streams ever gave a field ('' is the state) up to a moment, packed: a row a stream and item, in the
-- stream's order, with recorded and occurred times (microseconds since 2000), places in the source and positions
-- (big-endian integers), and values. Parameters: streams, field, moment.
select h.stream_id, r.name, r.source_id, h.item,
       string_agg(timestamptz_send(h.recorded_at), ''), string_agg(timestamptz_send(h.occurred_at), ''),
       string_agg(int8send(h.source_position), ''), string_agg(int8send(h.position), ''), array_agg(h.value)
from (
    select h.stream_id, h.item, h.recorded_at, h.occurred_at, h.source_position, h.position, h.value
    from change h join trace.stream r on r.id = h.stream_id
    where h.stream_id = any(%(streams)s) and h.field = %(field)s
      and (h.recorded_at, r.source_id, h.source_position) <= (%(recorded)s, %(source)s, %(order)s)
      and (h.occurred_at < %(occurred)s or h.occurred_at = %(occurred)s
           and (h.recorded_at, r.source_id, h.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
    order by h.stream_id, h.item, h.source_position
) h
join trace.stream r on r.id = h.stream_id
group by h.stream_id, r.name, r.source_id, h.item
