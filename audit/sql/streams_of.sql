-- The names of the streams of events. Parameter: positions.
select l.position, r.name from trace.log l join trace.stream r on r.id = l.stream_id where l.position = any(%s)
