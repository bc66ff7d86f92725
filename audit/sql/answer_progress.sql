-- How far the projections are, and how far a rebuild is where one is running.
select g.position, h.position,
       (select count(p.done_at) from trace.generation_part p join trace.generation b using (number)
        where b.state = 'building'),
       (select count(*) from trace.generation_part p join trace.generation b using (number) where b.state = 'building')
from trace.generation g, trace.head h
where g.state = 'current'
