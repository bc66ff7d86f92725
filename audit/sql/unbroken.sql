-- Runs of a source's numbers without a hole, in order. Parameter: source.
select first_number, first_position, first_at, last_number, last_position
from unbroken where source_id = %s order by first_number
