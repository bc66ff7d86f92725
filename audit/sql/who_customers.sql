-- How many customers some subjects belong to. Parameter: subjects.
select count(distinct other_id) from link where subject_id = any(%s) and other_kind = 'customer'
