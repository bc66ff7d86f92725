-- One finding with those that it follows from and that follow from it. Parameter: identifier.
select f.id, f.rule, f.severity, s.kind, s.key, f.state, f.opened_at, f.opened_by, f.resolved_at, f.resolved_by,
       f.because_of, f.evidence, f.numbers, f.money, f.subject_id
from finding f join subject s on s.id = f.subject_id
where (f.id = %(id)s or f.because_of = %(id)s
   or f.id = (select because_of from finding where id = %(id)s)) and f.rule <> all(%(hides)s)
order by f.opened_at, f.id
limit 500
