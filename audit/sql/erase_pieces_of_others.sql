-- Take salts and texts of single pieces. Two arrays of equal length: identifiers of events, paths. Wherever an event of
-- that identifier stands: read again from another source, or a second time with other bytes.
update trace.segment g set salt = '', nonce = '', ciphertext = ''
from (
    select l.position, w.path
    from unnest(%(events)s::text[], %(paths)s::text[]) as w (event_id, path)
    join trace.identity i on i.event_id = w.event_id
    join trace.log l on l.position = i.position or l.first_position = i.position
) found
where g.position = found.position and g.path = found.path and length(g.ciphertext) > 0
returning g.position
