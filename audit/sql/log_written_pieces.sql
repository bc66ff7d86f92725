-- Where pieces were cut out of payloads, and what was committed to for each. Parameters: behind which position, up to which.
select position, start, path, commitment from trace.segment
where position > %s and position <= %s order by position, start, ordinal
