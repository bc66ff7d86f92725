-- An event's place in story order. Parameters: source name, event identifier.
select l.position, l.recorded_at, l.occurred_at, l.source_id, l.source_position
from trace.identity i
join trace.source s on s.id = i.source_id
join trace.log l on l.position = i.position
where s.name = %s and i.event_id = %s
