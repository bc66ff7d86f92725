-- Log entries as they were committed to, as trail_entries.sql has them. Parameters: behind which position, up to which.
select l.position, l.kind, s.name, l.source_position, r.name, l.version, y.name, l.event_id, l.occurred_at, l.recorded_at,
       l.ingested_at, l.correlation_id, l.causation_id, l.step, l.first_position, l.commitment, l.leaf,
       p.status, p.encoding, p.data_length, p.salt, p.skeleton, p.problem, p.place
from trace.log l
join trace.source s on s.id = l.source_id
join trace.stream r on r.id = l.stream_id
join trace.event_type y on y.id = l.type_id
left join trace.payload p on p.position = l.position
where l.position > %s and l.position <= %s
order by l.position
