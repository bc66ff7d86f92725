-- Corrections that are folded again. Parameter: positions.
delete from correction where position = any(%s)
