-- Every event of some flows, with what it moved; also what is not understood and bears a correlation of theirs: the
-- flow's own identifier, or that of an event of it. Parameter: flows.
with own as (
    select t.subject_id, t.flags, l.*
    from timeline t join trace.log l on l.position = t.position
    where t.subject_id = any(%(flows)s)
), beside as (
    select f.subject_id, m.position
    from (select subject_id, correlation_id from own where correlation_id is not null
          union select id, key from trace.subject where id = any(%(flows)s)) f
    join missed m on m.correlation = f.correlation_id
    where not exists (select from own o where o.subject_id = f.subject_id and o.position = m.position)
), rows as (
    select * from own
    union all
    select b.subject_id, 8::smallint, l.* from beside b join trace.log l on l.position = b.position
)
select l.subject_id, l.position, l.flags, l.kind, l.source_id, l.source_position, l.stream_id, r.name, l.version, y.name,
       l.event_id, l.occurred_at, l.recorded_at, l.ingested_at, l.correlation_id, l.causation_id, l.step,
       l.first_position, encode(l.commitment, 'hex')
from rows l
join trace.stream r on r.id = l.stream_id
join trace.event_type y on y.id = l.type_id
order by l.subject_id, l.recorded_at, l.source_id, l.source_position, l.position
