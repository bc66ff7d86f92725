-- Events of a subject in index order (story order but for causes), after a key, forwards or backwards.
select t.position, t.flags, l.kind, l.source_id, l.source_position, l.stream_id, r.name, l.version, y.name, l.event_id,
       l.occurred_at, l.recorded_at, l.ingested_at, l.correlation_id, l.causation_id, l.step, l.first_position,
       encode(l.commitment, 'hex')
from (
    select recorded_at, source_id, source_position, position, flags from timeline
    where subject_id = %(subject)s
      and (recorded_at, source_id, source_position) <= (%(recorded)s, %(source)s, %(order)s)
      and (recorded_at, source_id, source_position, position)
          {beyond} (%(after_recorded)s, %(after_source)s, %(after_order)s, %(after_position)s)
    order by recorded_at {direction}, source_id {direction}, source_position {direction}, position {direction}
) t
join trace.log l on l.position = t.position
join trace.stream r on r.id = l.stream_id
join trace.event_type y on y.id = l.type_id
where (l.occurred_at < %(occurred)s or l.occurred_at = %(occurred)s
       and (l.recorded_at, l.source_id, l.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
order by t.recorded_at {direction}, t.source_id {direction}, t.source_position {direction}, t.position {direction}
limit %(limit)s
