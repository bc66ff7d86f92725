-- The payloads of some streams' events up to a moment, without what is sealed in them; times are big-endian microseconds
-- since 2000. Parameters: streams, moment.
select l.stream_id, timestamptz_send(l.recorded_at), timestamptz_send(l.occurred_at), l.source_id, l.source_position,
       l.position, p.status, p.encoding, p.skeleton
from trace.log l join trace.payload p on p.position = l.position
where l.stream_id = any(%(streams)s) and l.kind = 0
  and (l.recorded_at, l.source_id, l.source_position) <= (%(recorded)s, %(source)s, %(order)s)
  and (l.occurred_at < %(occurred)s or l.occurred_at = %(occurred)s
       and (l.recorded_at, l.source_id, l.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
