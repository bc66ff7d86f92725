-- Forget a stream's current states. Parameter: stream.
delete from aggregate where stream_id = %s
