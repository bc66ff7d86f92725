-- The how-manieth sighting of its event each of these is. Parameter: positions.
select l.position, (select count(*) from trace.log e
                    where e.first_position = l.first_position and e.kind = 1 and e.position <= l.position)
from trace.log l where l.position = any(%s)
