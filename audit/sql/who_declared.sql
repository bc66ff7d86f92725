-- What some flows declare. Parameter: subjects.
select subject_id, amount, currency from flow where subject_id = any(%s) and amount is not null
