-- Sources and identifiers of events. Parameter: positions.
select l.position, s.name, l.event_id from trace.log l join trace.source s on s.id = l.source_id
where l.position = any(%s)
