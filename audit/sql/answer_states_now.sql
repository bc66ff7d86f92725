-- The current state of each of some subjects (its newest, where a stream has items). Parameter: subjects.
select distinct on (a.subject_id) a.subject_id, r.name, a.item, a.lane, a.state, a.recorded_at, s.name, l.event_id, a.position
from aggregate a
join trace.stream r on r.id = a.stream_id
join trace.log l on l.position = a.position
join trace.source s on s.id = l.source_id
where a.subject_id = any(%s)
order by a.subject_id, a.recorded_at desc, r.source_id desc, r.name, a.item
