-- Forget some values by which events may be searched blind, as far as their pieces are emptied. Parameters: digests,
-- positions.
delete from trace.blind b
where b.digest = any(%(digests)s) and b.position = any(%(positions)s) and trace.may_be_forgotten(b.position, b.piece)
