-- The customers that any of some subjects stood in one event with. Parameters: subjects, how many at most.
select s.id, s.kind, s.key
from (select distinct other_id from link where subject_id = any(%(subjects)s) and other_kind = 'customer') l
join subject s on s.id = l.other_id
order by s.id
limit %(limit)s
