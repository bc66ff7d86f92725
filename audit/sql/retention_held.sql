-- All that stood in one event with any of some subjects, but for a customer's fellow customers; and what goes with its
-- flows alone. Parameter: subjects.
select distinct o.kind, o.key
from trace.subject s
cross join lateral (
    select l.other_id as id from link l where l.subject_id = s.id
    union all
    select w.subject_id from trace.owned_through_flows(s.id) w
) beside
join trace.subject o on o.id = beside.id
where s.id = any(%s) and not (s.kind = 'customer' and o.kind = 'customer')
