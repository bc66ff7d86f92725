-- The findings of each rule: how many of each state, since when, and the money of the open ones by currency; how many of
-- the open ones are muted today.
select f.rule, count(*) filter (where f.state = 'open'), count(*) filter (where f.state <> 'open'),
       min(f.opened_at) filter (where f.state = 'open'),
       (select coalesce(jsonb_object_agg(m.currency, m.units::text), '{}')
        from (select e.value ->> 1 as currency, sum((e.value ->> 0)::numeric) as units
              from finding o cross join jsonb_array_elements(o.money) e
              where o.rule = f.rule and o.state = 'open' group by 1) m),
       (select count(distinct o.id)
        from public.mute m
        join finding o on o.rule = m.rule and o.state = 'open'
        join trace.subject s on s.id = o.subject_id
        where m.rule = f.rule and m.until >= (now() at time zone 'utc')::date
          and (m.subject = '' or m.subject = s.kind || ':' || s.key))
from finding f
where f.rule <> all(%(hides)s)
group by f.rule
order by f.rule
