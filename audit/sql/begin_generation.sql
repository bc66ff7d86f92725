-- A generation to be built up to the last position below which nothing waits to be final. Parameter: model.
insert into trace.generation (number, model_hash, state, position)
select (select coalesce(max(number), 0) + 1 from trace.generation), %s, 'building',
       least(h.position, coalesce((select min(position) - 1 from trace.pending), h.position),
             coalesce((select min(position) - 1 from trace.released), h.position),
             (select position from trace.generation where state = 'current'))
from trace.head h
returning number
