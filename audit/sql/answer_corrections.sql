-- What corrections name: an identifier means the event of the correction's own source that bears it, else the only one that does.
-- For events that are told: their position, true, the correction; for corrections that are told: their position, false, what
-- they put right; and its clocks. Parameters: told (identifiers), by (positions), named, sources (of those).
select t.position, true, l.position, s.name, l.event_id, l.recorded_at, l.occurred_at, l.source_id, l.source_position
from correction c join trace.log l on l.position = c.position join trace.source s on s.id = l.source_id
cross join lateral (
    select i.position from trace.identity i
    where i.event_id = c.event_id and (i.source_id = l.source_id or not exists (
        select from trace.identity o where o.event_id = i.event_id and o.source_id <> i.source_id))
) t
where c.event_id = any(%(told)s)
union all
select n.position, false, l.position, s.name, l.event_id, l.recorded_at, l.occurred_at, l.source_id, l.source_position
from unnest(%(by)s::int8[], %(named)s::text[], %(sources)s::int4[]) as n (position, event_id, source_id)
cross join lateral (
    select i.position from trace.identity i
    where i.event_id = n.event_id and (i.source_id = n.source_id or not exists (
        select from trace.identity o where o.event_id = i.event_id and o.source_id <> i.source_id))
) t
join trace.log l on l.position = t.position join trace.source s on s.id = l.source_id
order by 3, 1
