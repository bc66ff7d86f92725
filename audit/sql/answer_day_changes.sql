-- How much places changed on each day, by both clocks. Parameter: places.
select recorded_day, occurred_day, sum(incoming), sum(outgoing), sum(entries)::int8
from day_sum where place_id = any(%s)
group by recorded_day, occurred_day
order by recorded_day, occurred_day
