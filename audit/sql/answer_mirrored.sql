-- The events before each of some corrections that moved its place by as much the other way, the newest first, among the newest so
-- many movements of the place; whether it may have more than those; and their clocks. Parameters: positions (of corrections),
-- places, amounts (what the other moved), newest, limit (of each).
select w.position, x.position, s.name, l.event_id, b.entries > %(newest)s, l.recorded_at, l.occurred_at, l.source_id,
    l.source_position
from unnest(%(positions)s::int8[], %(places)s::int8[], %(amounts)s::numeric[]) as w (position, place, amount)
join balance b on b.place_id = w.place
cross join lateral (
    select n.position, row_number() over () as rank from (
        select position, amount from entry
        where place_id = w.place
          and (recorded_at, source_id, source_position)
              < (select c.recorded_at, c.source_id, c.source_position from trace.log c where c.position = w.position)
        order by recorded_at desc, source_id desc, source_position desc
        limit %(newest)s
    ) n
    where n.amount = w.amount
    limit %(limit)s
) x
join trace.log l on l.position = x.position join trace.source s on s.id = l.source_id
order by w.position, x.rank
