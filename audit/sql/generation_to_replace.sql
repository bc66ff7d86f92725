-- The current generation (locked, so that nothing is projected meanwhile), where it stands, where the new one stands.
select c.number, c.position, n.position
from trace.generation c, trace.generation n
where c.state = 'current' and n.number = %s and n.state = 'building' for update of c
