-- Of some flows the events of their first time, and those of some types. Parameters: flows, types' numbers in the model.
select t.subject_id, l.position, t.flags, l.kind, l.source_id, l.source_position, l.stream_id, r.name, l.version, y.name,
       l.event_id, l.occurred_at, l.recorded_at, l.ingested_at, l.correlation_id, l.causation_id, l.step,
       l.first_position, encode(l.commitment, 'hex')
from unnest(%(flows)s::int8[]) as f (id)
cross join lateral (
    select subject_id, recorded_at from timeline where subject_id = f.id
    order by recorded_at, source_id, source_position, position limit 1
) b
join timeline t on t.subject_id = f.id and (t.recorded_at = b.recorded_at or t.meaning = any(%(meanings)s))
join trace.log l on l.position = t.position
join trace.stream r on r.id = l.stream_id
join trace.event_type y on y.id = l.type_id
order by t.subject_id, t.recorded_at, t.source_id, t.source_position, t.position
