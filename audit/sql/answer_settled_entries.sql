-- What the events of some flows booked in some places, in their order. Parameters: flows, places.
select t.subject_id, e.place_id, e.amount, e.total
from timeline t join entry e on e.position = t.position
where t.subject_id = any(%(flows)s) and t.flags & 1 = 1 and e.place_id = any(%(places)s)
order by t.subject_id, t.recorded_at, t.source_id, t.source_position, t.position, e.ordinal
