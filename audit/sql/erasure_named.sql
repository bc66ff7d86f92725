-- Single pieces that can still be opened, wherever an event of that identifier stands. Two arrays of equal length:
-- identifiers of events, paths.
select l.position, w.path
from unnest(%(events)s::text[], %(paths)s::text[]) as w (event_id, path)
join trace.identity i on i.event_id = w.event_id
join trace.log l on l.position = i.position or l.first_position = i.position
join trace.segment g on g.position = l.position and g.path = w.path and length(g.ciphertext) > 0
