-- Findings by rule and state, newest first, before a key. Asked with < for older ones, > for newer ones.
select f.id, f.rule, f.severity, s.kind, s.key, f.state, f.opened_at, f.opened_by, f.resolved_at, f.resolved_by,
       f.because_of, f.evidence, f.numbers, f.money, f.subject_id
from finding f join trace.subject s on s.id = f.subject_id
where (%(rule)s = '' or f.rule = %(rule)s) and (%(state)s = '' or f.state = %(state)s)
  and (f.opened_at, f.id) {beyond} (%(opened_at)s, %(id)s)
order by f.opened_at {direction}, f.id {direction}
limit %(limit)s
