-- Alarms of a source's events in a range of positions that do not hold any more. Parameters: first and last position,
-- source, positions and kinds that do hold, when it was noticed.
update trace.alarm a set healed_at = w.noticed_at, serial = (select max(serial) + 1 from trace.alarm)
from (select %s::int8 as first, %s::int8 as last, %s::text as source, %s::int8[] as positions, %s::text[] as kinds,
             %s::timestamptz as noticed_at) w, trace.log l, trace.source s
where a.position between w.first and w.last and a.healed_at is null
  and l.position = a.position and s.id = l.source_id and s.name = w.source
  and not exists (select from unnest(w.positions, w.kinds) as h (position, kind)
                  where h.position = a.position and h.kind = a.kind)
