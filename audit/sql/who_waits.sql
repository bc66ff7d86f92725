-- Subjects of a kind for which (or for what is tied to them) a reaction is awaited, and since when by the asked clock.
-- Parameters: kind, expectations, time, tied: ties up to which recorded time count.
select k.id, min({called})
from expected e join trace.subject s on s.id = e.subject_id
cross join lateral (
    select e.subject_id as id where s.kind = %(kind)s
    union all
    select l.other_id from link l where s.kind <> %(kind)s and l.subject_id = e.subject_id and l.other_kind = %(kind)s
        and l.first_at <= %(tied)s
) k
where e.expectation = any(%(expectations)s) and {called} <= %(time)s and (e.met_at is null or {met} > %(time)s)
group by k.id
