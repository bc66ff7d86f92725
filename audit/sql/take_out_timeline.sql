-- Take events off their timelines; how many had been counted: events, not understood, moving. Parameters: subjects, positions.
with gone as (
    delete from timeline where subject_id = any(%s) and position = any(%s) returning position, flags
), once as (
    select distinct on (g.position) g.flags, l.kind from gone g join trace.log l on l.position = g.position
    order by g.position
)
select count(*) filter (where kind = 0), count(*) filter (where flags & 8 = 8), count(*) filter (where flags & 1 = 1)
from once
