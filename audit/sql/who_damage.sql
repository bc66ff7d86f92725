-- What the claimed open findings say is wrong of subjects of a kind (or of what they are tied to), in minor units, by the
-- asked clock: of which payment, or of what itself, by rule and currency. What is found of holders is of no one payment.
-- Parameters: kind, subjects, kinds and rules of the findings (of one length; no kind: any, else of this kind itself; RULE or
-- RULE.SORT), plain: the rules alone,
-- flows, holders, wrong, time, tied: ties up to which recorded time count.
select k.id, coalesce(p.id, f.subject_id), p.id is not null, m.value ->> 1, coalesce(sum((m.value ->> 0)::numeric), 0)
from finding f join trace.subject s on s.id = f.subject_id
cross join lateral (select f.subject_id, s.kind) o
{tied}
left join lateral (
    select f.subject_id as id where s.kind = any(%(flows)s)
    union all
    (select l.other_id from link l
     where s.kind <> all(%(flows)s) and s.kind <> all(%(holders)s) and l.subject_id = f.subject_id
       and l.other_kind = any(%(flows)s)
     order by l.first_at, l.other_id limit 1)
) p on true
left join lateral jsonb_array_elements(f.money) m on true
where f.rule = any(%(plain)s)
  and exists (select from unnest(%(kinds)s::text[], %(rules)s::text[]) as w (kind, rule)
              where w.rule in (f.rule, concat_ws('.', f.rule, f.numbers ->> 'sort'))
                and (w.kind = '' or w.kind = s.kind and {of_itself}))
  and {opened} <= %(time)s and (f.state = 'open' or {resolved} > %(time)s)
  and k.id = any(%(subjects)s)
group by k.id, coalesce(p.id, f.subject_id), p.id is not null, f.rule, m.value ->> 1
