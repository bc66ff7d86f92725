-- Broken glass that nobody reviewed in time, judged by what was done before a time; columns as in staff_judge.sql.
-- Parameters: upto, review_days.
select 'unreviewed', b.actor, b.role, b.at + make_interval(days => %(review_days)s), b.position, array[b.position],
       jsonb_build_object('count', %(review_days)s, 'day', b.day), r.at, r.position
from staff_act b
left join lateral (
    select at, position from staff_act r where r.act = 'review' and r.reviews = b.record and r.at < %(upto)s
    order by at limit 1
) r on true
where b.act = 'break_glass' and b.at + make_interval(days => %(review_days)s) < %(upto)s
  and (r.at is null or r.at > b.at + make_interval(days => %(review_days)s))
