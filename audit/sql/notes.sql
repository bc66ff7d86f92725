-- What sources said of events beside them, and what completes one of them, by ranges of positions: notes are few.
-- Parameters: least and greatest position.
select n.position, n.kind, n.other, (extract(epoch from l.recorded_at) * 1000000)::int8
from trace.note n join trace.log l on l.position = n.position
where n.position between %(first)s and %(last)s or n.other between %(first)s and %(last)s
order by n.position, n.kind
