-- Unusual looks, judged by what was done before a time, of the days from one to before another. Each row: what is unusual,
-- actor, role, opened at, by which record, evidence, numbers, resolved at, by which record. Parameters: upto, day, until, zone,
-- opens and closes (null: no hours), customers, times, days_again, searches, guesses.
-- Most days are not looked into further: who opened no more customers than all may, is not compared with others.
with opened as materialized (
    select distinct on (o.actor, o.day, s.subject) o.actor, o.role, o.day, o.at, o.position, o.source_position, s.subject
    from staff_act o cross join unnest(o.subjects) as s (subject)
    where o.act = 'reason' and o.day >= %(day)s::date - 28 and o.day < %(until)s and o.at < %(upto)s
    order by o.actor, o.day, s.subject, o.at, o.source_position
), per_day as materialized (
    select actor, role, day, count(*) as n from opened group by actor, role, day
), bounds as materialized (
    select p.actor, p.role, p.day, p.n,
           case when u.others >= 2 then greatest(%(customers)s, %(times)s * u.median) else 2 * %(customers)s end as most,
           u.median, u.others
    from per_day p
    cross join lateral (
        select coalesce(percentile_disc(0.5) within group (order by o.n), 0) as median, count(distinct o.actor) as others
        from per_day o
        where o.role = p.role and o.actor <> p.actor and o.day < p.day and o.day >= p.day - 28
    ) u
    where p.day >= %(day)s and p.n > %(customers)s
), numbered as (
    select o.*, row_number() over (partition by actor, day order by at, source_position, subject) as n,
           first_value(position) over (partition by actor, day order by at, source_position, subject) as first
    from opened o
    where (o.actor, o.day) in (select b.actor, b.day from bounds b where b.n > b.most)
), many as (
    select 'many', n.actor, n.role, n.at, n.position, array[n.first, n.position],
           jsonb_build_object('count', b.n, 'most', b.most, 'usual', b.median, 'others', b.others, 'day', n.day),
           null::timestamptz, null::int8
    from bounds b join numbered n on n.actor = b.actor and n.day = b.day and n.n = b.most + 1
), again_days as (
    select actor, subject, day, (array_agg(position order by at, source_position))[1] as position,
           (array_agg(role order by at, source_position))[1] as role, min(at) as at
    from (select o.*, s.subject from staff_act o cross join unnest(o.subjects) as s (subject)
          where o.act = 'reason' and o.day >= %(day)s::date - 28 and o.day < %(until)s and o.at < %(upto)s) each_time
    group by actor, subject, day
    having not bool_or(has_ticket)
), again_counted as (
    select a.*, count(*) over w as n, array_agg(a.position) over w as positions
    from again_days a
    window w as (partition by actor, subject order by day range between '13 days' preceding and current row)
), again as (
    select 'again', actor, role, at, position, positions,
           jsonb_build_object('count', n, 'day', day), null::timestamptz, null::int8
    from (select *, lag(n) over (partition by actor, subject order by day) as before from again_counted) c
    where n >= %(days_again)s and coalesce(before, 0) < %(days_again)s and day >= %(day)s
), night as (
    select distinct on (actor, day) 'night', actor, role, at, position, array[position],
           jsonb_build_object('clock', to_char(at at time zone %(zone)s, 'HH24:MI'), 'day', day), null::timestamptz, null::int8
    from staff_act
    where act = 'reason' and day >= %(day)s and day < %(until)s and at < %(upto)s and %(opens)s::time is not null
      and not (at at time zone %(zone)s)::time between %(opens)s::time and %(closes)s::time
    order by actor, day, at, source_position
), vain as (
    select s.*, 'fishing' as class, %(searches)s as bound
    from staff_act s
    where s.act = 'search' and s.subjects <> '{}' and s.day >= %(day)s and s.day < %(until)s
      and s.at + interval '30 minutes' < %(upto)s
      and not exists (select from staff_act o where o.actor = s.actor and o.act = 'reason'
                      and o.at between s.at and s.at + interval '30 minutes')
    union all
    select g.*, 'guessing', %(guesses)s
    from staff_act g
    where g.act = 'not_found' and g.day >= %(day)s and g.day < %(until)s and g.at < %(upto)s
), counted as (
    select v.*, row_number() over (partition by class, actor, day order by at, source_position) as n from vain v
), too_many as (
    select class, actor, (array_agg(role order by n))[bound], max(at), (array_agg(position order by n))[bound],
           array_agg(position order by n), jsonb_build_object('count', bound, 'day', day), null::timestamptz, null::int8
    from counted
    where n <= bound
    group by class, actor, day, bound
    having count(*) = bound
)
select * from many
union all select * from again
union all select * from night
union all select * from too_many
