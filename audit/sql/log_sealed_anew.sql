-- What entries that were sealed anew are committed to now, as a record of our own says of that very leaf; the last one
-- holds. Parameters: behind which position, up to which.
select distinct on (c.position) c.position, c.commitment
from trace.recommitment c
join trace.log l on l.position = c.position
join public.audit_record r on r.id = c.record_id and r.kind = 'sealed_anew' and r.actor = 'system'
where c.position > %s and c.position <= %s and r.details -> 'entries' @> jsonb_build_array(jsonb_build_object(
    'i', c.position, 'leaf', encode(l.leaf, 'hex'), 'commitment', encode(c.commitment, 'hex')))
order by c.position, c.record_id desc
