-- Forget what may be searched blind of some events. Parameter: positions.
delete from trace.blind where position = any(%s)
