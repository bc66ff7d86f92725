-- What a source does not hold any more as it was read. Parameters: positions, kinds, when it was noticed.
insert into trace.alarm (position, kind, noticed_at, serial)
select w.position, w.kind, w.noticed_at, (select coalesce(max(serial), 0) from trace.alarm) + row_number() over ()
from (select unnest(%s::int8[]) as position, unnest(%s::text[]) as kind, %s::timestamptz as noticed_at) w
on conflict (position, kind) do update
set healed_at = null, serial = (select max(serial) + 1 from trace.alarm)
where trace.alarm.healed_at is not null
returning kind
