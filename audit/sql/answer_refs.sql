-- References of events by position, in story order (causes aside). Parameter: positions.
select l.position, s.name, l.event_id from trace.log l join trace.source s on s.id = l.source_id where l.position = any(%s)
order by l.recorded_at, l.source_id, l.source_position, l.position
