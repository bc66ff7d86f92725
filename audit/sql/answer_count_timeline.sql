-- How many events stand on a subject's timeline. Parameter: subject.
select count(*) from timeline where subject_id = %s
