-- Subjects that ever stood in one event with this one. Parameter: subject.
select other_id from link where subject_id = %s
