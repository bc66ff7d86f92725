-- Forget what events asked for. Parameters: subjects, positions.
delete from effect where subject_id = any(%s) and position = any(%s)
