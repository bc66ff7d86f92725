-- What streams remember. Parameter: stream identifiers.
select stream_id, memory from memory where stream_id = any(%s)
