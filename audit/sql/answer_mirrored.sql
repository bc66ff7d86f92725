-- The events before each of some entries that moved its place by as much the other way: among the newest so many of the place, the
-- newest first. Parameters: positions (of what undoes), places, amounts (what the other moved), newest, how many of each.
select w.position, x.position, s.name, l.event_id
from unnest(%(positions)s::int8[], %(places)s::int8[], %(amounts)s::numeric[]) as w (position, place, amount)
cross join lateral (
    select distinct n.position from (
        select e.position, e.amount
        from entry e
        where e.place_id = w.place
          and (e.recorded_at, e.source_id, e.source_position)
              < (select b.recorded_at, b.source_id, b.source_position from trace.log b where b.position = w.position)
        order by e.recorded_at desc, e.source_id desc, e.source_position desc
        limit %(newest)s
    ) n
    where n.amount = w.amount
    limit %(limit)s
) x
join trace.log l on l.position = x.position join trace.source s on s.id = l.source_id
order by w.position, x.position desc
