-- Events of a source that were read, with the keyed digests of their bytes. Parameters: source, after, how many.
select l.position, l.source_position, l.event_id, i.digest,
       (extract(epoch from l.recorded_at) * 1000000)::int8
from trace.log l
join trace.identity i on i.event_id = l.event_id and i.source_id = l.source_id and i.position = l.position
where l.source_id = (select id from trace.source where name = %s) and l.kind = 0 and l.position > %s
order by l.position limit %s
