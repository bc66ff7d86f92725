-- Whether all that is logged and final is projected.
select g.position >= h.position and not exists (select from trace.released)
from trace.generation g, trace.head h where g.state = 'current'
