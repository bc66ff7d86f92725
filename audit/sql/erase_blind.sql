-- Forget what may be searched blind of some events, as far as its pieces are emptied. Parameter: positions.
delete from trace.blind b where b.position = any(%s) and trace.may_be_forgotten(b.position, b.piece)
