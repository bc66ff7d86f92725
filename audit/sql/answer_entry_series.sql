-- Every entry of some places up to a moment, packed: a row a place with its recorded and, where asked for, occurred times
-- (microseconds since 2000), sources, places in them, positions (big-endian integers) and amounts (text, with commas
-- between). A row an entry would take ten times as long to read. Parameters: places, moment, whether by what occurred.
select e.place_id,
       string_agg(timestamptz_send(e.recorded_at), ''),
       string_agg(timestamptz_send(e.occurred_at), '') filter (where %(is_occurred)s),
       string_agg(int8send(e.source_id), ''), string_agg(int8send(e.source_position), ''),
       string_agg(int8send(e.position), ''), string_agg(e.amount::text, ',')
from (
    select place_id, recorded_at, occurred_at, source_id, source_position, position, amount
    from entry
    where place_id = any(%(places)s)
      and (recorded_at, source_id, source_position) <= (%(recorded)s, %(source)s, %(order)s)
      and (occurred_at < %(occurred)s or occurred_at = %(occurred)s
           and (recorded_at, source_id, source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
    order by place_id, recorded_at, source_id, source_position, ordinal
) e
group by e.place_id
