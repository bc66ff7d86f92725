-- Forget what a stream remembered. Parameter: stream.
delete from memory where stream_id = %s
