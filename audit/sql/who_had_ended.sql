-- Those of some flows that had ended at a time of one clock: the last state by then of the lane that ends them is a final
-- one. Parameters: flows, the lane, whether it is the flow itself, its final states, time.
select f.id
from unnest(%(flows)s::int8[]) as f (id)
cross join lateral (
    select c.value
    from (
        select f.id as subject_id where %(is_own)s
        union all
        select l.other_id from link l where not %(is_own)s and l.subject_id = f.id and l.other_kind = %(lane)s
    ) o
    join aggregate a on a.subject_id = o.subject_id and a.lane = %(lane)s
    cross join lateral (
        select h.value, h.{clock} as at from change h
        where h.stream_id = a.stream_id and h.item = a.item and h.field = '' and h.{clock} <= %(time)s
        order by h.source_position desc limit 1
    ) c
    order by c.at desc limit 1
) c
where c.value = any(%(states)s)
