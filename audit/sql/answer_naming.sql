-- Of some flows the events of some types, which name the other side. Parameters: flows, types' numbers in the model.
select t.subject_id, t.position, t.flags, l.kind, l.source_id, l.source_position, l.stream_id, r.name, l.version, y.name,
       l.event_id, l.occurred_at, l.recorded_at, l.ingested_at, l.correlation_id, l.causation_id, l.step,
       l.first_position, encode(l.commitment, 'hex')
from (
    select t.subject_id, t.position, t.flags from timeline t
    where t.subject_id = any(%(flows)s::int8[]) and t.meaning = any(%(meanings)s)
    offset 0
) t
join trace.log l on l.position = t.position
join trace.stream r on r.id = l.stream_id
join trace.event_type y on y.id = l.type_id
order by l.recorded_at, l.source_id, l.source_position, l.position
