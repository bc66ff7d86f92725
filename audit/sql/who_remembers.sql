-- The value of a remembered field at a time of one clock for each subject of a kind, and since when. Parameters: kind,
-- lanes, field, time, tied: ties up to which recorded time count.
select k.id, c.value, c.{clock}
from aggregate a
cross join lateral (
    select h.value, h.recorded_at, h.occurred_at from change h
    where h.stream_id = a.stream_id and h.item = a.item and h.field = %(field)s and h.{clock} <= %(time)s
    order by h.source_position desc limit 1
) c
cross join lateral (select a.subject_id, a.lane as kind) o
{tied}
where a.lane = any(%(lanes)s)
