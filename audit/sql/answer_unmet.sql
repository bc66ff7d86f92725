-- Expectations of some subjects that were called for and not met at a moment, as last judged. Parameters: subjects,
-- moment, how many.
select expectation, after_position from expected
where subject_id = any(%(subjects)s) and after_at <= %(recorded)s and (met_at is null or met_at > %(recorded)s)
order by due_at, after_position
limit %(limit)s
