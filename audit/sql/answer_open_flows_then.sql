-- Flows of a subject that had begun at a moment and went on after it (or are open now). Parameters: subject, kinds, moment.
select f.subject_id, s.kind, s.key
from link l join flow f on f.subject_id = l.other_id join subject s on s.id = f.subject_id
where l.subject_id = %(subject)s and l.other_kind = any(%(kinds)s) and l.first_at <= %(recorded)s
  and (f.is_open or f.changed_at > %(time)s)
order by f.started_at, s.key
limit %(limit)s
