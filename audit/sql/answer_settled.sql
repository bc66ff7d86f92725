-- The states of flows that are over, of their streams in the lanes that end them; none of a flow that an event not
-- understood may belong to. Parameters: flows, lanes.
select f.subject_id, a.lane, a.item, a.state
from flow f
join trace.subject s on s.id = f.subject_id
join link k on k.subject_id = f.subject_id and k.other_kind = any(%(lanes)s)
join aggregate a on a.subject_id = k.other_id and a.lane = k.other_kind
where f.subject_id = any(%(flows)s) and not f.is_open
  and not exists (select from missed m where m.correlation = s.key)
order by f.subject_id
