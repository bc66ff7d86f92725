-- Events under these identifiers that were logged before. Parameters: identifiers, before which position.
select i.event_id, i.source_id, i.position
from trace.identity i
where i.event_id = any(%(ids)s::text[]) and i.position < %(before)s
order by i.position
