-- What is carried on of the calls and reactions of subjects. Parameter: subjects.
select subject_id, kept from carried where subject_id = any(%s)
