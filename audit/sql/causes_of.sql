-- Events' identifiers and those of their causes. Parameter: positions.
select position, event_id, causation_id from trace.log where position = any(%s)
