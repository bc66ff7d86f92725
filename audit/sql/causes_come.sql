-- What had waited for these events, taken off the list; without identifiers, for any event that is there now, what was
-- told of already only for those after a position. Parameters: identifiers or null, position.
delete from awaited a
where case when %(ids)s::text[] is null
           then exists (select from trace.identity i
                        where i.event_id = a.causation and (not a.is_told or i.position > %(after)s))
           else a.causation = any(%(ids)s) end
returning a.position, a.is_told
