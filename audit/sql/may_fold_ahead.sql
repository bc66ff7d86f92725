-- Whether a batch may be folded before the one before it is written: not where a rebuild has replaced the generation, nor
-- where something that became final later is to be folded first. Parameters: the batch's last position, generation.
select g.state = 'current' and not exists (select from trace.released r where r.position <= %s)
from trace.generation g where g.number = %s
