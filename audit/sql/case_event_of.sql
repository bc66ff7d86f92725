-- Whether an event is one of a subject's. Parameters: position, subject (our number).
select 1 from timeline where subject_id = %(subject)s and position = %(position)s limit 1
