-- The states of a subject's own streams (and items) now, the latest in their streams' order; newest first.
-- Parameters: subject, how many.
select a.stream_id, r.name, a.item, a.lane, a.state, a.recorded_at, a.position, s.name, l.event_id
from aggregate a
join trace.stream r on r.id = a.stream_id
join trace.log l on l.position = a.position
join trace.source s on s.id = l.source_id
where a.subject_id = %(subject)s
order by a.recorded_at desc, a.stream_id, a.item limit %(limit)s
