-- The streams and items that are a subject's own, newest first, with what each stream remembers.
-- Parameters: subject, how many.
select a.stream_id, r.name, a.item, a.lane, m.memory
from aggregate a join trace.stream r on r.id = a.stream_id left join memory m on m.stream_id = a.stream_id
where a.subject_id = %(subject)s
order by a.recorded_at desc, a.stream_id, a.item limit %(limit)s
