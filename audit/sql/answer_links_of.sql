-- Subjects of all kinds that stood in one event with a subject, the first ones of each kind. Parameters: subject, moment, how many.
select l.other_id, s.kind, s.key, l.first_at
from link l join subject s on s.id = l.other_id
where l.subject_id = %(subject)s and l.first_at <= %(recorded)s
order by l.first_at, l.other_id
limit %(limit)s
