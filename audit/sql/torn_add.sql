-- A line that breaks off. Parameters: position, its event's identifier, the source that it must be of (null: it names
-- it), how long it is, its keyed digest.
insert into trace.torn (position, event_id, source_id, length, digest) values (%s, %s, %s, %s, %s)
