-- Events whose cause is in no source, is recorded later than they are, or is caused by them: of several sources' events
-- of that identifier none is in order, whichever was read first; the earliest is named. The condition is on e, the effect.
-- Parameters: positions, anyway: also what is in order.
select e.position, o.name, e.event_id, r.name, t.name, (extract(epoch from e.recorded_at) * 1000000)::int8,
       c.position, (extract(epoch from c.recorded_at) * 1000000)::int8, coalesce(c.causation_id = e.event_id, false)
from trace.log e
join trace.source o on o.id = e.source_id
join trace.stream r on r.id = e.stream_id
join trace.event_type t on t.id = e.type_id
left join lateral (
    select l.position, l.recorded_at, l.causation_id
    from trace.identity i join trace.log l on l.position = i.position
    join trace.source s on s.id = i.source_id
    where i.event_id = e.causation_id
    order by (l.recorded_at <= e.recorded_at + interval '1 second' and l.causation_id is distinct from e.event_id) desc,
             l.recorded_at, s.name limit 1
) c on true
where {condition} and e.kind = 0 and e.causation_id is not null and o.kind <> 'console'
  and (%(anyway)s or c.position is null or c.recorded_at > e.recorded_at + interval '1 second' or c.causation_id = e.event_id)
order by e.position
