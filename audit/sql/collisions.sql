-- Events by position, as far as a collision is told of them. Parameter: positions.
select l.position, (extract(epoch from l.recorded_at) * 1000000)::int8, o.name, l.event_id, r.name, t.name
from trace.log l
join trace.source o on o.id = l.source_id
join trace.stream r on r.id = l.stream_id
join trace.event_type t on t.id = l.type_id
where l.position = any(%s)
