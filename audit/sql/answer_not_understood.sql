-- Events that may touch a subject and are not understood. Parameters: subject and moment.
select s.name, l.event_id, l.position
from timeline t join trace.log l on l.position = t.position join trace.source s on s.id = l.source_id
where t.subject_id = %(subject)s and t.flags & 8 = 8
  and (t.recorded_at, t.source_id, t.source_position) <= (%(recorded)s, %(source)s, %(order)s)
  and (l.occurred_at < %(occurred)s or l.occurred_at = %(occurred)s
       and (l.recorded_at, l.source_id, l.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
order by t.recorded_at, t.source_id, t.source_position, t.position
