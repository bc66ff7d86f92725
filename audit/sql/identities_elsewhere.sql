-- Which of these identifiers events of other sources bear, by the earliest of each. Parameters: our source, identifiers.
select i.event_id, min(i.position)
from trace.identity i
where i.event_id = any(%(ids)s::text[]) and i.source_id <> %(source)s
group by i.event_id
