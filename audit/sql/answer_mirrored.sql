-- The events before each of some corrections that moved its place by as much the other way, the newest first: among the newest so
-- many movements of the place, how many were looked through, and their clocks. Parameters: positions (of corrections), places,
-- amounts (what the other moved), newest, limit (of each).
select w.position, x.position, s.name, l.event_id, x.looked, l.recorded_at, l.occurred_at, l.source_id, l.source_position
from unnest(%(positions)s::int8[], %(places)s::int8[], %(amounts)s::numeric[]) as w (position, place, amount)
cross join lateral (
    select n.position, n.looked, min(n.rank) as rank from (
        select e.position, e.amount, count(*) over () as looked, row_number() over () as rank from (
            select position, amount from entry
            where place_id = w.place
              and (recorded_at, source_id, source_position)
                  < (select b.recorded_at, b.source_id, b.source_position from trace.log b where b.position = w.position)
            order by recorded_at desc, source_id desc, source_position desc
            limit %(newest)s
        ) e
    ) n
    where n.amount = w.amount
    group by n.position, n.looked
    order by min(n.rank)
    limit %(limit)s
) x
join trace.log l on l.position = x.position join trace.source s on s.id = l.source_id
order by w.position, x.rank
