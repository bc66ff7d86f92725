-- Which of some rules have an open finding of each of some subjects, or of what is tied to them.
-- Parameters: kind, subjects, rules, time, tied: ties up to which recorded time count.
select k.id, f.rule
from finding f join trace.subject s on s.id = f.subject_id
cross join lateral (
    select f.subject_id as id where s.kind = %(kind)s
    union all
    select l.other_id from link l where s.kind <> %(kind)s and l.subject_id = f.subject_id and l.other_kind = %(kind)s
        and l.first_at <= %(tied)s
) k
where k.id = any(%(subjects)s) and f.rule = any(%(rules)s)
  and f.opened_at <= %(time)s and (f.state = 'open' or f.resolved_at > %(time)s)
group by k.id, f.rule
