-- Subjects of a kind that have (or are tied to what has) an open finding of some rules: since when by the asked clock, and of which
-- rule.
-- What is found of those that are `apart` (accounts, where payments are asked for) is nobody else's.
-- Parameters: kind, apart, subjects (null: any), rules, time, tied: ties up to which recorded time count.
select k.id, min({opened}), f.rule
from finding f join trace.subject s on s.id = f.subject_id
cross join lateral (
    select f.subject_id as id where s.kind = %(kind)s
    union all
    select l.other_id from link l where s.kind <> %(kind)s and l.subject_id = f.subject_id and l.other_kind = %(kind)s
        and l.first_at <= %(tied)s and s.kind <> all(%(apart)s)
) k
where f.rule = any(%(rules)s) and {opened} <= %(time)s
  and (f.state = 'open' or {resolved} > %(time)s)
  and (%(subjects)s::bigint[] is null or k.id = any(%(subjects)s))
group by k.id, f.rule
