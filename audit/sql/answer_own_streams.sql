-- The streams (with a state) of a subject's own. Parameters: subject, how many.
select distinct stream_id from aggregate where subject_id = %(subject)s limit %(limit)s
