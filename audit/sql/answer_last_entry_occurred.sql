-- The entry of each place that is the last by occurred time at a moment. Parameters: places and moment.
-- Backdated entries have an index of their own; those that occurred when they were recorded are found by the key.
select w.place_id, e.recorded_at, null::numeric, e.position, s.name, l.event_id, e.occurred_at, null::numeric
from unnest(%(places)s::int8[]) as w (place_id)
cross join lateral (
    select * from (
        (select recorded_at, occurred_at, source_id, source_position, ordinal, position from entry
         where place_id = w.place_id and occurred_at <> recorded_at
           and (occurred_at < %(occurred)s or occurred_at = %(occurred)s
                and (recorded_at, source_id, source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
           and occurred_at <= %(occurred)s
         order by occurred_at desc, recorded_at desc, source_id desc, source_position desc, ordinal desc limit 1)
        union all
        (select recorded_at, occurred_at, source_id, source_position, ordinal, position from entry
         where place_id = w.place_id and occurred_at = recorded_at and recorded_at <= %(occurred)s
           and (recorded_at < %(occurred)s
                or (recorded_at, source_id, source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
         order by recorded_at desc, source_id desc, source_position desc, ordinal desc limit 1)
    ) both_ways
    order by occurred_at desc, recorded_at desc, source_id desc, source_position desc, ordinal desc limit 1
) e
join trace.log l on l.position = e.position
join trace.source s on s.id = l.source_id
