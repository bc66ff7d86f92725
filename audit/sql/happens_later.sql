-- When the next event of each subject that plays a part in expectations was recorded. Parameters: numbers of types, after
-- when, subjects.
select n.subject_id, (extract(epoch from l.recorded_at) * 1000000)::int8
from unnest(%(subjects)s) as n (subject_id)
cross join lateral (
    select t.recorded_at from timeline t
    where t.subject_id = n.subject_id and t.recorded_at > %(after)s and t.meaning = any(%(numbers)s)
    order by t.recorded_at limit 1
) l
