-- What is kept of what was expected of subjects: each call, how many reactions it had, which met it, how long that took.
-- Parameter: subjects.
select subject_id, expectation, after_position, reactions, met_position, bucket from expected where subject_id = any(%s)
