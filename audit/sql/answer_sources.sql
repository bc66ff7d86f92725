-- Where every source stands, with how many of its events are seen and not yet folded; and the model in force.
select s.id, s.name, s.kind, s.events, s.duplicates, s.quarantined, s.gaps, s.sealed, s.watermark, s.idle, s.held_by,
       s.trouble, s.notice, s.polled_at,
       array(select p.position from trace.pending p where p.source_id = s.id order by p.source_position limit 1001),
       array(select p.position from trace.released p where p.source_id = s.id order by p.source_position limit 1001),
       exists (select from missed m where m.correlation = '' and m.source_id = s.id),
       (select g.model_hash from trace.generation g where g.state = 'current')
from trace.source s
order by s.name
