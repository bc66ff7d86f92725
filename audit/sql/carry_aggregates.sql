-- A stream's states that are about to be written again. Parameters: stream, items.
delete from aggregate where stream_id = %s and item = any(%s)
