-- Stretches that became part of others. Parameters: source, positions of their first events.
delete from heard where source_id = %s and first_position = any(%s)
