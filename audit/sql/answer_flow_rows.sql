-- Every event of some flows, with what it moved. Parameter: flows.
select t.subject_id, l.position, t.flags, l.kind, l.source_id, l.source_position, l.stream_id, r.name, l.version, y.name,
       l.event_id, l.occurred_at, l.recorded_at, l.ingested_at, l.correlation_id, l.causation_id, l.step,
       l.first_position, encode(l.commitment, 'hex')
from timeline t
join trace.log l on l.position = t.position
join trace.stream r on r.id = l.stream_id
join trace.event_type y on y.id = l.type_id
where t.subject_id = any(%s)
order by t.subject_id, t.recorded_at, t.source_id, t.source_position, t.position
