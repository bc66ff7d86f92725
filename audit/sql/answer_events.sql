-- Events by position. Parameter: positions.
select l.position, 0, l.kind, l.source_id, l.source_position, l.stream_id, r.name, l.version, y.name, l.event_id,
       l.occurred_at, l.recorded_at, l.ingested_at, l.correlation_id, l.causation_id, l.step, l.first_position,
       encode(l.commitment, 'hex')
from trace.log l
join trace.stream r on r.id = l.stream_id
join trace.event_type y on y.id = l.type_id
where l.position = any(%s)
