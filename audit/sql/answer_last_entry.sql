-- The entry of each place that is the last by recorded time at a moment. Parameters: places and moment.
select w.place_id, e.recorded_at, e.balance, e.position, s.name, l.event_id, e.occurred_at, e.total
from unnest(%(places)s::int8[]) as w (place_id)
cross join lateral (
    select recorded_at, occurred_at, balance, total, position from entry
    where place_id = w.place_id
      and (recorded_at, source_id, source_position) <= (%(recorded)s, %(source)s, %(order)s)
    order by recorded_at desc, source_id desc, source_position desc, ordinal desc limit 1
) e
join trace.log l on l.position = e.position
join trace.source s on s.id = l.source_id
