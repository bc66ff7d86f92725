-- Which of these identifiers a source's events bear already, and the keyed digests of their bytes.
select event_id, position, digest
from trace.identity
where source_id = %s and event_id = any(%s::text[])
