-- Findings of some subjects and of what is linked with one of them, the open and the worst first.
-- Parameters: subjects, the one whose links count, the kinds of links that do, how many.
with wanted as (
    select unnest(%(subjects)s::int8[]) as subject_id
    union
    select other_id from link where subject_id = %(linked_to)s and other_kind = any(%(kinds)s)
)
select f.id, f.rule, f.severity, s.kind, s.key, f.state, f.opened_at, f.opened_by, f.resolved_at, f.resolved_by,
       f.because_of, f.evidence, f.numbers, f.money, f.subject_id
from wanted w join finding f using (subject_id) join trace.subject s on s.id = f.subject_id
where f.opened_at <= %(recorded)s
order by f.state = 'resolved', array_position(array['critical', 'high', 'medium', 'info'], f.severity), f.opened_at, f.id
limit %(limit)s
