-- What stands still in a flow does so because of the first call in it, at or after the event that began the standing
-- still, that nobody answered meanwhile. Parameters: rules of consequences, flows.
update finding s set because_of = c.id
from (
    select distinct on (s.id) s.id as consequence, m.id
    from timeline t
    join finding s on s.opened_by = t.position and s.rule = any(%s)
    join finding m on m.subject_id = t.subject_id and m.rule = 'missing_reaction'
    join trace.log a on a.position = m.opened_by
    where t.subject_id = any(%s)
      and coalesce(m.resolved_at, 'infinity') > s.opened_at and m.opened_at < coalesce(s.resolved_at, 'infinity')
      and (s.rule <> 'stuck' or a.recorded_at >= t.recorded_at)
    order by s.id, a.recorded_at, m.opened_at, m.id
) c
where s.id = c.consequence and s.because_of is distinct from c.id
