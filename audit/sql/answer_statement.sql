-- The newest entries of an account's places before a key, of each place as many as the limit.
-- Parameters: places, moment, the key to go on after, how many of each place.
select e.place_id, e.recorded_at, e.source_id, e.source_position, e.position, e.ordinal, e.occurred_at, e.amount, e.total
from unnest(%(places)s::int8[]) as w (place_id)
cross join lateral (
    select place_id, recorded_at, source_id, source_position, position, ordinal, occurred_at, amount, total from entry
    where place_id = w.place_id
      and (recorded_at, source_id, source_position) <= (%(recorded)s, %(source)s, %(order)s)
      and (recorded_at, source_id, source_position) < (%(after_recorded)s, %(after_source)s, %(after_order)s)
    order by recorded_at desc, source_id desc, source_position desc, ordinal desc limit %(limit)s
) e
order by e.recorded_at desc, e.source_id desc, e.source_position desc, e.ordinal desc
