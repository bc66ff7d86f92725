-- What the open findings of some rules say is wrong of subjects of a kind (or of what they are tied to), by currency, in
-- minor units, by the asked clock. Parameters: kind, subjects, rules, time, tied: ties up to which recorded time count.
select k.id, m.value ->> 1, sum((m.value ->> 0)::numeric)
from finding f join trace.subject s on s.id = f.subject_id
cross join lateral (
    select f.subject_id as id where s.kind = %(kind)s
    union all
    select l.other_id from link l where s.kind <> %(kind)s and l.subject_id = f.subject_id and l.other_kind = %(kind)s
        and l.first_at <= %(tied)s
) k
cross join jsonb_array_elements(f.money) m
where f.rule = any(%(rules)s) and {opened} <= %(time)s
  and (f.state = 'open' or {resolved} > %(time)s)
  and k.id = any(%(subjects)s)
group by k.id, m.value ->> 1
