-- Take a stream's events off what is not understood. Parameter: positions.
delete from missed where position = any(%s)
