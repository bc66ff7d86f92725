-- Corrections, of types that name no event, that moved a place of one owner by as much the other way as one of some events did.
-- They stand on the timeline of the owner, whose streams alone move it. Parameters: positions, books, kinds, owners (of places).
with moved as materialized (
    select e.place_id, e.amount, o.owner, p.key
    from entry e join trace.place p on p.id = e.place_id
    join unnest(%(books)s::text[], %(kinds)s::text[], %(owners)s::text[]) as o (book, kind, owner)
        on o.book = p.book and o.kind = p.kind
    where e.position = any(%(positions)s) and e.amount <> 0
), owner as materialized (
    select distinct s.id from moved m join subject s on s.kind = m.owner and s.key = m.key
)
select l.position, s.name, l.event_id, l.recorded_at, l.occurred_at, l.source_id, l.source_position
from owner o
join timeline t on t.subject_id = o.id and t.flags & 16 = 16
join trace.log l on l.position = t.position join trace.source s on s.id = l.source_id
where exists (select from entry e join moved m on m.place_id = e.place_id and m.amount = -e.amount
              where e.position = t.position)
order by l.position
limit 200
