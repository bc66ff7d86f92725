-- Every subject of a kind that had a timeline at a recorded time, and when it began. Parameters: kind, time.
select s.id, t.recorded_at
from trace.subject s
cross join lateral (select recorded_at from timeline where subject_id = s.id order by recorded_at limit 1) t
where s.kind = %(kind)s and t.recorded_at <= %(time)s
