-- Alarms that were raised or healed since a number, with the events they are about. Parameter: number.
select a.serial, a.position, a.kind, (extract(epoch from a.noticed_at) * 1000000)::int8,
       (extract(epoch from a.healed_at) * 1000000)::int8, s.name, l.event_id, r.name, t.name, l.source_position
from trace.alarm a
join trace.log l on l.position = a.position
join trace.source s on s.id = l.source_id
join trace.stream r on r.id = l.stream_id
join trace.event_type t on t.id = l.type_id
where a.serial > %s order by a.serial
