-- Every subject of a kind that has a timeline, and when it began. Parameter: kind.
select s.id, t.recorded_at
from trace.subject s
cross join lateral (select recorded_at from timeline where subject_id = s.id order by recorded_at limit 1) t
where s.kind = %(kind)s
