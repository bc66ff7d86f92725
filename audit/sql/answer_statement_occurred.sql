-- The entries of an account's places that happened last before a key, of each place as many as the limit.
-- Backdated entries have an index of their own (entry_backdated); the others are found by the key, as in answer_last_entry_occurred.
-- Parameters: places, moment, the key to go on after, how many of each place.
select e.place_id, e.recorded_at, e.source_id, e.source_position, e.position, e.ordinal, e.occurred_at, e.amount, e.total
from unnest(%(places)s::int8[]) as w (place_id)
cross join lateral (
    select * from (
        (select place_id, recorded_at, source_id, source_position, position, ordinal, occurred_at, amount, total from entry
         where place_id = w.place_id and occurred_at <> recorded_at
           and occurred_at <= %(occurred)s and occurred_at <= %(after_occurred)s
           and (occurred_at < %(occurred)s
                or (recorded_at, source_id, source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
           and (occurred_at, recorded_at, source_id, source_position)
             < (%(after_occurred)s, %(after_recorded)s, %(after_source)s, %(after_order)s)
         order by occurred_at desc, recorded_at desc, source_id desc, source_position desc, ordinal desc
         limit %(limit)s)
        union all
        (select place_id, recorded_at, source_id, source_position, position, ordinal, occurred_at, amount, total from entry
         where place_id = w.place_id and occurred_at = recorded_at
           and recorded_at <= %(occurred)s and recorded_at <= %(after_occurred)s
           and (recorded_at < %(occurred)s
                or (recorded_at, source_id, source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
           and (recorded_at, recorded_at, source_id, source_position)
             < (%(after_occurred)s, %(after_recorded)s, %(after_source)s, %(after_order)s)
         order by recorded_at desc, source_id desc, source_position desc, ordinal desc
         limit %(limit)s)
    ) both_ways
    order by occurred_at desc, recorded_at desc, source_id desc, source_position desc, ordinal desc limit %(limit)s
) e
order by e.occurred_at desc, e.recorded_at desc, e.source_id desc, e.source_position desc, e.ordinal desc
