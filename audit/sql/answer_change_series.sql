-- Every value that some streams ever gave a field ('' is the state) up to a moment. Parameters: streams, field, moment.
select h.stream_id, r.name, h.item, h.recorded_at, h.occurred_at, r.source_id, h.source_position, h.position, h.value
from change h join trace.stream r on r.id = h.stream_id
where h.stream_id = any(%(streams)s) and h.field = %(field)s
  and (h.recorded_at, r.source_id, h.source_position) <= (%(recorded)s, %(source)s, %(order)s)
  and (h.occurred_at < %(occurred)s or h.occurred_at = %(occurred)s
       and (h.recorded_at, r.source_id, h.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
