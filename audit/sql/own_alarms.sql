-- Alarms about the evidence that were raised or healed since a number. Parameter: number.
select a.serial, a.rule, a.class, a.position, (extract(epoch from a.noticed_at) * 1000000)::int8,
       (extract(epoch from a.healed_at) * 1000000)::int8, a.what, a.mend, s.name || '/' || l.event_id
from trace.own_alarm a
join trace.log l on l.position = a.position
join trace.source s on s.id = l.source_id
where a.serial > %s order by a.serial
