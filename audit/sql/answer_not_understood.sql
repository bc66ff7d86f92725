-- Events that may touch subjects and are not understood: tied to one of them, or under a correlation that is the
-- identifier of one or that events of a flow bear. Parameters: subjects, correlations, flows and moment.
-- The limit keeps a plan that is made for all from walking through the log.
select s.name, l.event_id, l.position
from (
    select position from timeline where subject_id = any(%(subjects)s) and flags & 8 = 8
    union
    select position from missed where correlation = any(%(correlations)s)
    union
    select m.position
    from timeline t
    cross join lateral (select correlation_id from trace.log where position = t.position limit 1) o
    join missed m on m.correlation = o.correlation_id
    where t.subject_id = any(%(flows)s) and (select exists (select from missed))
) t
join trace.log l on l.position = t.position
join trace.source s on s.id = l.source_id
where (l.recorded_at, l.source_id, l.source_position) <= (%(recorded)s, %(source)s, %(order)s)
  and (l.occurred_at < %(occurred)s or l.occurred_at = %(occurred)s
       and (l.recorded_at, l.source_id, l.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
order by l.recorded_at, s.name, l.source_position, l.position
