-- Where pieces were cut out of payloads, and what was committed to for each. Parameter: positions.
select position, start, path, commitment from trace.segment where position = any(%s) order by position, start, ordinal
