-- What one flow's own place took and gave each day, summed over its few entries. Parameters: place, zone, moment.
select (e.recorded_at at time zone %(zone)s)::date, (e.occurred_at at time zone %(zone)s)::date,
       coalesce(sum(e.amount) filter (where e.amount > 0), 0), coalesce(-sum(e.amount) filter (where e.amount < 0), 0),
       count(*)
from entry e
where e.place_id = %(place)s
group by 1, 2
order by 1, 2
