-- Leaves of entries whose content is withheld, and their clocks. Parameter: positions.
select position, leaf, recorded_at, occurred_at, source_id, source_position
from trace.log
where position = any(%s)
order by position
