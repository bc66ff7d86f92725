-- Which of these subjects are linked with which of those. Parameters: subjects, others.
select subject_id, other_id from link
where subject_id = any(%(subjects)s::int8[]) and other_id = any(%(others)s::int8[])
