-- Corrections, of types that name no event, that moved a place by as much the other way as one of some events did.
-- Parameters: meanings, positions.
with moved as materialized (
    select place_id, amount from entry where position = any(%(positions)s) and amount <> 0
)
select l.position, s.name, l.event_id, l.recorded_at, l.occurred_at, l.source_id, l.source_position
from unnest(%(meanings)s::int4[]) as m (meaning)
cross join lateral (select distinct position from timeline where meaning = m.meaning offset 0) t
join trace.log l on l.position = t.position join trace.source s on s.id = l.source_id
where exists (select from entry e join moved w on w.place_id = e.place_id and w.amount = -e.amount
              where e.position = t.position)
order by l.position
limit 200
