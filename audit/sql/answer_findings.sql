-- Findings by what was chosen, by time before a key (asked with < for older ones, > for newer ones) or by money.
-- `cause` first: those that follow from no other. `taken` yes, no: whether somebody has acknowledged it.
select f.id, f.rule, f.severity, s.kind, s.key, f.state, f.opened_at, f.opened_by, f.resolved_at, f.resolved_by,
       f.because_of, f.evidence, f.numbers, f.money, f.subject_id
from finding f join subject s on s.id = f.subject_id
where (%(rule)s = '' or f.rule = %(rule)s) and (%(state)s = '' or f.state = %(state)s)
  and (%(severity)s = '' or f.severity = %(severity)s) and f.rule <> all(%(hides)s)
  and (%(cause)s = '' or f.because_of is null)
  and (%(taken)s = '' or (%(taken)s = 'yes') = exists (
      select from audit_record a where a.kind = 'acknowledge' and a.details ->> 'finding' = f.id))
  and (%(currency)s = '' or f.money @> jsonb_build_array(jsonb_build_array(%(currency)s::text)))
  and (f.opened_at, f.id) {beyond} (%(opened_at)s, %(id)s)
order by {order}
limit %(limit)s offset %(offset)s
