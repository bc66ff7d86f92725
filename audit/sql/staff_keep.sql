-- Keep what staff did. Parameters: positions, the model's zone, and of each record what it says (arrays of one length).
insert into staff_act
select l.position, l.source_position, l.recorded_at, (l.recorded_at at time zone %(zone)s)::date, n.act, n.actor, n.role,
       array(select jsonb_array_elements_text(n.subjects)), n.has_ticket, n.record, n.reviews
from unnest(%(positions)s::int8[], %(acts)s::text[], %(actors)s::text[], %(roles)s::text[], %(subjects)s::jsonb[],
            %(tickets)s::boolean[], %(records)s::int8[], %(reviews)s::int8[])
     as n (position, act, actor, role, subjects, has_ticket, record, reviews)
join trace.log l on l.position = n.position
on conflict do nothing
returning at
