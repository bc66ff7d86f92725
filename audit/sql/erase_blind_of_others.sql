-- Forget some values by which events may be searched blind. Parameters: digests, positions.
delete from trace.blind where digest = any(%(digests)s) and position = any(%(positions)s)
