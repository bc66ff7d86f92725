-- The streams of some entries: how many events of each are among them, how far they go, and whether versions order them.
-- Parameter: positions.
select l.stream_id, s.name, r.name, count(*) filter (where l.kind = 0), max(l.source_position) filter (where l.kind = 0),
       count(l.version) filter (where l.kind = 0)
from trace.log l
join trace.source s on s.id = l.source_id
join trace.stream r on r.id = l.stream_id
where l.position = any(%s)
group by l.stream_id, s.name, r.name
