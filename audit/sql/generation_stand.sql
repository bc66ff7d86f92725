-- Where a generation and the log stand, and what the watermarks are there. The row lock keeps other projectors out.
select g.position, h.position,
       (select coalesce(array_agg(s.id order by s.id), '{}') from trace.source s where s.kind <> 'console'),
       (select coalesce(array_agg(s.watermark order by s.id), '{}') from trace.source s where s.kind <> 'console')
from trace.generation g, trace.head h
where g.number = %s and g.state = 'current' for update of g
