-- Events of these identifiers, their causes, and theirs, to a depth of 64; causes that lead in a circle are read no
-- further than that. Parameter: identifiers.
with recursive up (position, depth) as (
    select i.position, 1 from trace.identity i where i.event_id = any(%(ids)s)
    union
    select i.position, up.depth + 1
    from up
    join trace.log l on l.position = up.position
    join trace.identity i on i.event_id = l.causation_id
    where up.depth < 64
)
select l.position, 0, l.kind, l.source_id, l.source_position, l.stream_id, r.name, l.version, y.name, l.event_id,
       l.occurred_at, l.recorded_at, l.ingested_at, l.correlation_id, l.causation_id, l.step, l.first_position,
       encode(l.commitment, 'hex')
from (select distinct position from up) u
join trace.log l on l.position = u.position
join trace.stream r on r.id = l.stream_id
join trace.event_type y on y.id = l.type_id
