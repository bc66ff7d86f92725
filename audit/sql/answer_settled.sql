-- The states of flows that are over, of the lane that ends them, and what their events booked in some places, in their
-- order; none of a flow that an event not understood may belong to. A place's entries stand together in its key, an event's
-- are scattered: they are looked up by place. Parameters: flows, their keys, places, the types (numbers in the model) that
-- can move something there.
with over as materialized (
    select f.subject_id, f.state
    from unnest(%(flows)s::int8[], %(keys)s::text[]) as w (id, key)
    join flow f on f.subject_id = w.id
    where not f.is_open and f.is_final and not exists (select from missed m where m.correlation = w.key)
)
select o.subject_id, o.state, e.place_id, e.amount, e.total
from over o
left join lateral (
    select e.place_id, e.amount, e.total, t.recorded_at, t.source_id, t.source_position, t.position, e.ordinal
    from timeline t
    join entry e on e.recorded_at = t.recorded_at and e.source_id = t.source_id and e.source_position = t.source_position
    where t.subject_id = o.subject_id and t.meaning = any(%(meanings)s) and e.place_id = any(%(places)s::int8[])
) e on true
order by o.subject_id, e.recorded_at, e.source_id, e.source_position, e.position, e.ordinal
