-- Subjects of a kind of whose streams one (or an item of it) is in some states now, and since when.
-- Parameters: kind, lanes, states.
select k.id, min(a.recorded_at)
from aggregate a
cross join lateral (
    select a.subject_id as id where a.lane = %(kind)s
    union all
    select l.other_id from link l where a.lane <> %(kind)s and l.subject_id = a.subject_id and l.other_kind = %(kind)s
) k
where a.lane = any(%(lanes)s) and a.state = any(%(states)s)
group by k.id
