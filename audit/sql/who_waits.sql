-- Subjects of a kind for which (or for what is tied to them) a reaction is awaited, and since when by the asked clock.
-- Parameters: kind, expectations, time, tied: ties up to which recorded time count.
select k.id, min({called})
from expected e join trace.subject s on s.id = e.subject_id
cross join lateral (select e.subject_id, s.kind) o
{tied}
where e.expectation = any(%(expectations)s) and {called} <= %(time)s and (e.met_at is null or {met} > %(time)s)
group by k.id
