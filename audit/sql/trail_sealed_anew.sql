-- Which of some entries were sealed anew, because a later model declared a field of theirs personal. Parameter: positions.
select distinct position from trace.recommitment where position = any(%s)
