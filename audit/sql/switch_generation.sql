-- Readers see the new generation from this commit on. Parameters: position, number.
update trace.generation set state = 'current', position = %s, switched_at = clock_timestamp() where number = %s
