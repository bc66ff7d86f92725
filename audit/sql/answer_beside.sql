-- What is not understood and bears a correlation of a flow's, its own identifier or that of an event of it, and stands
-- not on its timeline. Parameter: flow.
select l.position, 8, l.kind, l.source_id, l.source_position, l.stream_id, r.name, l.version, y.name, l.event_id,
       l.occurred_at, l.recorded_at, l.ingested_at, l.correlation_id, l.causation_id, l.step, l.first_position,
       encode(l.commitment, 'hex')
from missed m
join trace.log l on l.position = m.position
join trace.stream r on r.id = l.stream_id
join trace.event_type y on y.id = l.type_id
where m.correlation in (
    select key from trace.subject where id = %(flow)s
    union
    select o.correlation_id from timeline t join trace.log o on o.position = t.position where t.subject_id = %(flow)s)
  and not exists (select from timeline t where t.subject_id = %(flow)s and t.position = m.position)
