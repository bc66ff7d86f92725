-- The first event on a subject's timeline.
select t.recorded_at, l.occurred_at, t.source_id, t.source_position, t.position
from timeline t join trace.log l on l.position = t.position
where t.subject_id = %(subject)s
order by t.recorded_at, t.source_id, t.source_position, t.position limit 1
