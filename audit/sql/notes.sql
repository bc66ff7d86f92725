-- What sources said of events beside them, and what completes one of them. Parameter: positions.
select n.position, n.kind, n.other, (extract(epoch from l.recorded_at) * 1000000)::int8
from trace.note n join trace.log l on l.position = n.position
where n.position = any(%(positions)s) or n.other = any(%(positions)s)
order by n.position, n.kind
