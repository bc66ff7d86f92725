-- The console's own records in the log that are final, after a position. Parameters: source, position, how many.
select l.position
from trace.log l
where l.source_id = %s and l.position > %s and l.kind = 0
  and not exists (select from trace.pending w where (w.source_id, w.source_position, w.position)
                  = (l.source_id, l.source_position, l.position))
  and not exists (select from trace.released w where (w.source_id, w.source_position, w.position)
                  = (l.source_id, l.source_position, l.position))
order by l.position
limit %s
