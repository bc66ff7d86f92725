-- Something is wrong with the evidence; one alarm of a class is open at a time for an entry, and without `each` for all.
insert into trace.own_alarm (rule, class, position, serial, what, mend)
select n.rule, n.class, n.position, (select coalesce(max(serial), 0) + 1 from trace.own_alarm), n.what, n.mend
from (select %(rule)s::text as rule, %(class)s::text as class, %(position)s::int8 as position, %(what)s::text as what,
             %(mend)s::text as mend) n
where %(each)s or not exists (
    select from trace.own_alarm a where a.rule = n.rule and a.class = n.class and a.healed_at is null)
on conflict (rule, class, position) do update
set healed_at = null, what = excluded.what, serial = excluded.serial
where trace.own_alarm.healed_at is not null
