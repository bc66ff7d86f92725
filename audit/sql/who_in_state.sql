-- Subjects of a kind of whose streams one (or an item of it) is in some states now, and since when.
-- Parameters: kind, lanes, states, tied.
select k.id, min(a.recorded_at)
from aggregate a
cross join lateral (select a.subject_id, a.lane as kind) o
{tied}
where a.lane = any(%(lanes)s) and a.state = any(%(states)s)
group by k.id
