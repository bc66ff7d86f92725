-- Forget what a stream ever set. Parameter: stream.
delete from change where stream_id = %s
