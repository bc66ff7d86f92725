-- Corrections of events that are told, and events that corrections name: the identifier of what is put right, whether the
-- row is of the correction, the event, and its clocks. Parameters: identifiers told, identifiers named.
select c.event_id, true, l.position, s.name, l.event_id, l.recorded_at, l.occurred_at, l.source_id, l.source_position
from correction c join trace.log l on l.position = c.position join trace.source s on s.id = l.source_id
where c.event_id = any(%(told)s)
union all
select i.event_id, false, l.position, s.name, l.event_id, l.recorded_at, l.occurred_at, l.source_id, l.source_position
from trace.identity i join trace.log l on l.position = i.position join trace.source s on s.id = l.source_id
where i.event_id = any(%(named)s)
order by 1, 3
