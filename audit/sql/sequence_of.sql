-- All numbered entries of a subject, in order.
select positions, link from trace.sequence where subject_id = %s order by first
