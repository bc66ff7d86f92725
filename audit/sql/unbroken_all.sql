-- Runs of a source's numbers without a hole, from the log: what is final, of whatever kind. Parameter: source.
with row as (
    select l.source_id, l.source_position as number, l.position, (extract(epoch from l.recorded_at) * 1000000)::int8 as at
    from trace.log l
    join trace.source s on s.id = l.source_id and s.name = %(source)s and s.kind not in ('files', 'console')
    where not exists (select from trace.pending w where (w.source_id, w.source_position, w.position)
                      = (l.source_id, l.source_position, l.position))
      and not exists (select from trace.released w where (w.source_id, w.source_position, w.position)
                      = (l.source_id, l.source_position, l.position))
), marked as (
    select r.*, coalesce(number - lag(number) over numbers > 1, true) as is_first,
           coalesce(lead(number) over numbers - number > 1, true) as is_last
    from row r window numbers as (order by number, position)
), firsts as (
    select m.*, row_number() over (order by number, position) as place from marked m where is_first
), lasts as (
    select m.*, row_number() over (order by number, position) as place from marked m where is_last
)
select f.source_id, f.number, f.position, f.at, l.number, l.position
from firsts f join lasts l using (place) order by place
