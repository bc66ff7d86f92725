-- What went wrong by recorded day: transitions by type and state, and reactions that never came when they were due.
-- Parameters: first and last day, their bounds in time, the zone of days.
select day, lane, type, to_state, sum(passed)::int8
from passage
where day between %(began)s and %(ended)s
group by day, lane, type, to_state
union all
select (opened_at at time zone %(zone)s)::date, '', rule, '', count(*)::int8
from finding
where rule = any(%(crashes)s) and opened_at >= %(from)s and opened_at < %(to)s
group by 1, 3
