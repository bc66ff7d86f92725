-- Entries of some types whose payloads were read, and their sources. Parameters: names of types, after which position, up
-- to which, how many.
select l.position, s.name, p.encoding, p.skeleton
from trace.log l
join trace.payload p on p.position = l.position and p.status = 0
join trace.source s on s.id = l.source_id
join trace.event_type y on y.id = l.type_id
where y.name = any(%s) and l.position > %s and l.position <= %s
order by l.position
limit %s
