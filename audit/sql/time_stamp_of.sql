-- The time stamp of a checkpoint. Parameters: size, note.
select token from trace.time_stamp where size = %s and note = %s
