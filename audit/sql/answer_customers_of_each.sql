-- The customers that each of some subjects stood in one event with. Parameter: subjects.
select l.subject_id, s.kind, s.key
from link l join subject s on s.id = l.other_id
where l.subject_id = any(%(subjects)s) and l.other_kind = 'customer'
order by l.subject_id, l.first_at desc, l.other_id
