-- Lines that break off after these identifiers and may be of this source. Parameters: identifiers, our source.
select t.position, t.event_id, t.length, t.digest
from trace.torn t
where t.event_id = any(%(ids)s::text[]) and (t.source_id is null or t.source_id = %(source)s)
order by t.position
