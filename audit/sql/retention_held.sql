-- All that stood in one event with any of some subjects, but for a customer's fellow customers. Parameter: subjects.
select distinct o.kind, o.key
from trace.subject s
join link l on l.subject_id = s.id
join trace.subject o on o.id = l.other_id
where s.id = any(%s) and not (s.kind = 'customer' and o.kind = 'customer')
