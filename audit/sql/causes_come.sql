-- What had waited for these events, taken off the list; without identifiers, for any event that is there now. Parameter:
-- identifiers or null.
delete from awaited a
where case when %(ids)s::text[] is null then exists (select from trace.identity i where i.event_id = a.causation)
           else a.causation = any(%(ids)s) end
returning a.position, a.is_told
