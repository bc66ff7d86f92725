-- The states of a subject's own streams (and items) at a moment, the latest in their streams' order; newest first.
select a.stream_id, r.name, a.item, a.lane, c.value, c.recorded_at, c.position, s.name, l.event_id
from (
    select stream_id, item, lane from aggregate where subject_id = %(subject)s
    order by recorded_at desc, stream_id, item limit %(limit)s
) a
cross join lateral (
    select h.value, h.recorded_at, h.position
    from change h join trace.stream t on t.id = h.stream_id
    where h.stream_id = a.stream_id and h.item = a.item and h.field = ''
      and (h.recorded_at, t.source_id, h.source_position) <= (%(recorded)s, %(source)s, %(order)s)
      and (h.occurred_at < %(occurred)s or h.occurred_at = %(occurred)s
           and (h.recorded_at, t.source_id, h.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
    order by h.source_position desc limit 1
) c
join trace.stream r on r.id = a.stream_id
join trace.log l on l.position = c.position
join trace.source s on s.id = l.source_id
order by c.recorded_at desc, r.source_id desc, r.name, a.item
