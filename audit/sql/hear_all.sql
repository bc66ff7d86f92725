-- The stretches of time in which a source was heard, from the log: what is final. Parameters: source, quiet (microseconds).
with event as (
    select l.source_id, (extract(epoch from l.recorded_at) * 1000000)::int8 as at, l.source_position as ordering, l.position
    from trace.log l
    join trace.source s on s.id = l.source_id and s.name = %(source)s
    join trace.payload p on p.position = l.position and p.problem is null
    where l.kind = 0
      and not exists (select from trace.pending w where (w.source_id, w.source_position, w.position)
                      = (l.source_id, l.source_position, l.position))
      and not exists (select from trace.released w where (w.source_id, w.source_position, w.position)
                      = (l.source_id, l.source_position, l.position))
), marked as (
    select e.*, coalesce(at - lag(at) over story > %(quiet)s, true) as is_first,
           coalesce(lead(at) over story - at > %(quiet)s, true) as is_last
    from event e window story as (order by at, ordering, position)
), firsts as (
    select m.*, row_number() over (order by at, ordering, position) as number from marked m where is_first
), lasts as (
    select m.*, row_number() over (order by at, ordering, position) as number from marked m where is_last
)
select f.source_id, f.at, f.ordering, f.position, l.at, l.ordering, l.position
from firsts f join lasts l using (number) order by number
