-- Flows that are not over, of a subject, oldest first. Parameters: subject, how many.
select f.subject_id, s.kind, s.key
from open_flow o join flow f on f.subject_id = o.flow_id join subject s on s.id = f.subject_id
where o.subject_id = %(subject)s and f.is_open
order by f.started_at, s.key
limit %(limit)s
