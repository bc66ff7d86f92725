-- Findings of some subjects and of what is linked with one of them, the open and the worst first. Where there are no more
-- than `scarce` findings they are looked for among the links; else each link is looked up among the findings, or, where
-- the subject has more links than there are findings at all, each finding among its links.
-- Some events may be given: then also the findings that rest on one of them, whosever they are.
-- A payment's lane may be tied to the payment alone: of the newest `flows` linked, their `lanes` count as well.
-- By the asked clock.
-- Parameters: subjects, the one whose links count, the kinds of links that do, flows, lanes, scarce, events, how many.
with suspect as materialized (
    select subject_id from finding limit %(scarce)s + 1
), scarce as materialized (
    select count(*) <= %(scarce)s as is_so from suspect
), few as materialized (
    select greatest(c.reltuples::int8, 1000) as most from pg_class c where c.oid = 'finding'::regclass
), linked as materialized (
    select count(*) > (select most from few) as is_more
    from (select from link where subject_id = %(linked_to)s limit (select most + 1 from few)) l
), newest as materialized (
    select other_id from link where subject_id = %(linked_to)s and other_kind = any(%(flows)s)
    order by first_at desc, other_id desc limit 200
), wanted as (
    select unnest(%(subjects)s::int8[]) as subject_id
    union
    select other_id from link
    where (select is_so from scarce)
      and subject_id = %(linked_to)s and other_id = any(array(select subject_id from suspect))
      and other_kind = any(%(kinds)s)
    union
    select other_id from link
    where not (select is_so from scarce) and not (select is_more from linked)
      and subject_id = %(linked_to)s and other_kind = any(%(kinds)s)
    union
    select f.subject_id from finding f
    where not (select is_so from scarce) and (select is_more from linked)
      and (select l.other_kind = any(%(kinds)s) from link l
           where l.subject_id = %(linked_to)s and l.other_id = f.subject_id)
    union
    select n.other_id
    from newest l join link n on n.subject_id = l.other_id and n.other_kind = any(%(lanes)s)
    where not (select is_so from scarce)
    union
    select f.subject_id
    from (select distinct subject_id from suspect) f join trace.subject s on s.id = f.subject_id
    where (select is_so from scarce) and s.kind = any(%(lanes)s)
      and exists (select from link n
                  where n.subject_id = f.subject_id and n.other_id = any(array(select other_id from newest)))
), found as (
    select f.id from wanted w join finding f using (subject_id)
    union
    select f.id from finding f where f.evidence && %(events)s::int8[]
)
select f.id, f.rule, f.severity, s.kind, s.key, f.state, f.opened_at, f.opened_by, f.resolved_at, f.resolved_by,
       f.because_of, f.evidence, f.numbers, f.money, f.subject_id
from found join finding f using (id) join subject s on s.id = f.subject_id
where {opened} <= %(moment)s and f.rule <> all(%(hides)s)
order by f.state = 'resolved', array_position(array['critical', 'high', 'medium', 'info'], f.severity), f.opened_at, f.id
limit %(limit)s
