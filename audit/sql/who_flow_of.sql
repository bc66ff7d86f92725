-- The flows that a lane's subject belongs to. Parameters: kind, key, kinds.
select o.kind, o.key
from subject s join link l on l.subject_id = s.id and l.other_kind = any(%(kinds)s) join subject o on o.id = l.other_id
where s.kind = %(kind)s and s.key = %(key)s
order by l.first_at, o.id limit 1
