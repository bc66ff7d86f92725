-- Where events with these identifiers stand in the log. Parameter: identifiers.
select i.event_id, s.name, i.position, l.recorded_at
from trace.identity i join trace.source s on s.id = i.source_id join trace.log l on l.position = i.position
where i.event_id = any(%s)
order by i.event_id, s.name
