-- Those of some subjects of which something had occurred at a time. Parameters: subjects, time.
select s.id
from unnest(%(subjects)s::int8[]) as s (id)
cross join lateral (
    select from timeline t join trace.log l on l.position = t.position
    where t.subject_id = s.id and l.occurred_at <= %(time)s
    limit 1
) b
