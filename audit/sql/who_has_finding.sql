-- Subjects of a kind that have (or are tied to what has) an open finding of some rules: since when by the asked clock, and
-- of which rule and sort (RULE or RULE.SORT).
-- What is found of those that are `apart` (accounts, where payments are asked for) is nobody else's.
-- Parameters: kind, of (null: found of any kind; else of this kind itself), apart, holders, wrong, subjects (null: any),
-- rules, sort ('': any), time, tied: ties up to which recorded time count.
select k.id, min({opened}), concat_ws('.', f.rule, f.numbers ->> 'sort')
from finding f join trace.subject s on s.id = f.subject_id
cross join lateral (select f.subject_id, s.kind) o
{tied}
where f.rule = any(%(rules)s) and (%(sort)s = '' or f.numbers ->> 'sort' = %(sort)s) and {opened} <= %(time)s
  and (f.state = 'open' or {resolved} > %(time)s)
  and (k.id = f.subject_id or s.kind <> all(%(apart)s))
  and (%(of)s::text is null or s.kind = %(of)s and {of_itself})
  and (%(subjects)s::bigint[] is null or k.id = any(%(subjects)s))
group by k.id, 3
