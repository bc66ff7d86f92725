-- Unusual looks, judged by what was done before a time, of days from one on. Each row: what is unusual, actor, role, opened at,
-- by which record, evidence, numbers, resolved at, by which record. Parameters: upto, day, zone, opens and closes (null: no hours),
-- customers, times, days_again, searches, guesses, review_days.
with done as (
    select * from staff_act where at < %(upto)s
), opened as (
    select distinct on (o.actor, o.day, s.subject) o.*, s.subject
    from done o cross join unnest(o.subjects) as s (subject)
    where o.act = 'reason' and o.day >= %(day)s::date - 42
    order by o.actor, o.day, s.subject, o.at, o.source_position
), numbered as (
    select o.*, row_number() over (partition by actor, day order by at, source_position, subject) as n,
           first_value(position) over (partition by actor, day order by at, source_position, subject) as first
    from opened o
), per_day as (
    select actor, role, day, count(*) as n from opened group by actor, role, day
), bounds as (
    select p.actor, p.role, p.day, p.n,
           case when u.others >= 2 then greatest(%(customers)s, %(times)s * u.median) else 2 * %(customers)s end as most,
           u.median, u.others
    from per_day p
    cross join lateral (
        select coalesce(percentile_disc(0.5) within group (order by o.n), 0) as median, count(distinct o.actor) as others
        from per_day o
        where o.role = p.role and o.actor <> p.actor and o.day < p.day and o.day >= p.day - 28
    ) u
    where p.day >= %(day)s
), many as (
    select 'many', n.actor, n.role, n.at, n.position, array[n.first, n.position],
           jsonb_build_object('count', b.n, 'most', b.most, 'usual', b.median, 'others', b.others, 'day', n.day),
           null::timestamptz, null::int8
    from bounds b join numbered n on n.actor = b.actor and n.day = b.day and n.n = b.most + 1
), again_days as (
    select actor, subject, day, (array_agg(position order by at, source_position))[1] as position,
           (array_agg(role order by at, source_position))[1] as role, min(at) as at
    from (select o.*, s.subject from done o cross join unnest(o.subjects) as s (subject)
          where o.act = 'reason' and o.day >= %(day)s::date - 42) each_time
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
    from done
    where act = 'reason' and day >= %(day)s and %(opens)s::time is not null
      and not (at at time zone %(zone)s)::time between %(opens)s::time and %(closes)s::time
    order by actor, day, at, source_position
), unopened as (
    select s.*, row_number() over (partition by actor, day order by at, source_position) as n,
           array_agg(position) over (partition by actor, day order by at, source_position) as positions
    from done s
    where s.act = 'search' and s.subjects <> '{}' and s.day >= %(day)s and s.at + interval '30 minutes' < %(upto)s
      and not exists (select from done o where o.actor = s.actor and o.act = 'reason'
                      and o.at between s.at and s.at + interval '30 minutes')
), fishing as (
    select 'fishing', actor, role, at, position, positions, jsonb_build_object('count', n, 'day', day),
           null::timestamptz, null::int8
    from unopened where n = %(searches)s
), guessed as (
    select g.*, row_number() over (partition by actor, day order by at, source_position) as n,
           array_agg(position) over (partition by actor, day order by at, source_position) as positions
    from done g where g.act = 'not_found' and g.day >= %(day)s
), guessing as (
    select 'guessing', actor, role, at, position, positions, jsonb_build_object('count', n, 'day', day),
           null::timestamptz, null::int8
    from guessed where n = %(guesses)s
), unreviewed as (
    select 'unreviewed', b.actor, b.role, b.at + make_interval(days => %(review_days)s), b.position, array[b.position],
           jsonb_build_object('count', %(review_days)s, 'day', b.day), r.at, r.position
    from done b
    left join lateral (
        select at, position from done r where r.act = 'review' and r.reviews = b.record order by at limit 1
    ) r on true
    where b.act = 'break_glass' and b.at + make_interval(days => %(review_days)s) < %(upto)s
      and (r.at is null or r.at > b.at + make_interval(days => %(review_days)s))
)
select * from many
union all select * from again
union all select * from night
union all select * from fishing
union all select * from guessing
union all select * from unreviewed
