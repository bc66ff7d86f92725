-- The current generation, what was numbered of it, and whether it was made by a rebuild.
select g.number, q.generation, q.compared, q.is_whole, q.upto,
       exists (select from trace.generation_part p where p.number = g.number)
from trace.generation g, trace.sequencing q
where g.state = 'current'
