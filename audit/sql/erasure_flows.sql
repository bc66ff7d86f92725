-- What moves money and stood in one event with a subject, whoever else did. Parameters: id, kinds.
select distinct l.other_id from link l join trace.subject s on s.id = l.other_id
where l.subject_id = %(id)s and s.kind = any(%(kinds)s)
