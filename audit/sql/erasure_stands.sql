-- Of each erasure, all that something more to erase would change: which database and generation, what is tied to the
-- subject and to nobody else, where single pieces stand, holds, and exports that were being made then.
select e.name, concat_ws(
    ' ', pg_postmaster_start_time(), d.oid, g.number,
    (select count(*) from timeline t where t.subject_id = s.id),
    (select count(*) from link l where l.subject_id = s.id),
    (select count(*) from link l where l.subject_id = s.id and exists (
        select from link o where o.subject_id = l.other_id and o.other_kind = s.kind and o.other_id <> s.id)),
    (select count(*) from jsonb_array_elements(e.receipt -> 'others') w
     join trace.identity i on i.event_id = w ->> 1
     join trace.log l on l.position = i.position or l.first_position = i.position),
    (select count(*) from public.export x where x.state = 'done' and x.asked_at <= e.erased_at),
    h.placed, h.lifted)
from trace.erasure e
left join trace.subject s on s.kind = e.subject_kind and s.key = e.subject_key
cross join (select count(*) as placed, count(lifted_at) as lifted from public.legal_hold) h
cross join (select oid from pg_database where datname = current_database()) d
cross join (select number from trace.generation where state = 'current') g
