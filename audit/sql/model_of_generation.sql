-- The model that a generation is built with. Parameter: generation.
select m.source from trace.generation g join trace.model m on m.hash = g.model_hash
where g.number = %s and g.state = 'building'
