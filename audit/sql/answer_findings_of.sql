-- Findings of some subjects, the open and the worst first. Parameters: subjects, how many.
select f.id, f.rule, f.severity, s.kind, s.key, f.state, f.opened_at, f.opened_by, f.resolved_at, f.resolved_by,
       f.because_of, f.evidence, f.numbers, f.money, f.subject_id
from finding f join trace.subject s on s.id = f.subject_id
where f.subject_id = any(%(subjects)s)
order by f.state = 'resolved', array_position(array['critical', 'high', 'medium', 'info'], f.severity), f.opened_at, f.id
limit %(limit)s
