-- Corrections, of types that name no event, that after one of some events moved a place of one owner by as much the other way: so
-- many an event, the earliest first, and their clocks. They stand on the timeline of the owner, whose streams alone move the place.
-- Parameters: positions, books, kinds, owners (of places), limit (of each event).
-- Each step is by key, whatever the planner takes its size for (offset 0): a hash of all subjects takes 45 ms.
with moved as materialized (
    select e.position, e.place_id, e.amount, e.recorded_at, e.source_id, e.source_position, o.owner, p.key
    from entry e
    cross join lateral (select book, kind, key from trace.place where id = e.place_id offset 0) p
    join unnest(%(books)s::text[], %(kinds)s::text[], %(owners)s::text[]) as o (book, kind, owner)
        on o.book = p.book and o.kind = p.kind
    where e.position = any(%(positions)s) and e.amount <> 0
), owner as materialized (
    select distinct s.id from (select distinct m.owner, m.key from moved m) m
    cross join lateral (select id from subject where kind = m.owner and key = m.key offset 0) s
), put_right as materialized (
    select e.* from owner o
    cross join lateral (select position from timeline where subject_id = o.id and flags & 16 = 16 offset 0) t
    cross join lateral (
        select position, place_id, amount, recorded_at, source_id, source_position from entry
        where position = t.position offset 0
    ) e
), fits as (
    select m.position, e.position as by, row_number() over (
        partition by m.position order by min(e.recorded_at), min(e.source_id), min(e.source_position)) as rank
    from put_right e
    join moved m on m.place_id = e.place_id and m.amount = -e.amount
        and (m.recorded_at, m.source_id, m.source_position) < (e.recorded_at, e.source_id, e.source_position)
    group by m.position, e.position
)
select f.position, l.position, s.name, l.event_id, l.recorded_at, l.occurred_at, l.source_id, l.source_position
from fits f join trace.log l on l.position = f.by join trace.source s on s.id = l.source_id
where f.rank <= %(limit)s
order by f.position, f.rank
