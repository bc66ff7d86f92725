-- The stretches of time in which a source was heard, in order. Parameter: source.
select first_at, first_order, first_position, last_at, last_order, last_position
from heard where source_id = %s order by first_at, first_order, first_position
