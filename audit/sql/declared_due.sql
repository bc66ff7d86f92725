-- How far what was read before the model in force is sealed as that one wants it; no row: all of it is, or nobody knows
-- another model. With the texts of the others.
select d.model_hash, d.done, d.upto, array(select m.source from trace.model m where m.hash <> d.model_hash)
from trace.declaring d
join trace.generation g on g.state = 'current' and g.model_hash = d.model_hash
where d.done < d.upto
