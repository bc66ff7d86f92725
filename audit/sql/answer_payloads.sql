-- What events were made of, byte for byte. Parameter: positions.
select position, status, encoding, data_length, skeleton, problem, place from trace.payload where position = any(%s)
