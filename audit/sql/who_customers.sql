-- How many customers some subjects belonged to at a recorded time. Parameters: subjects, time.
select count(distinct other_id) from link
where subject_id = any(%(subjects)s) and other_kind = 'customer' and first_at <= %(time)s
