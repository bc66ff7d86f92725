-- A subject, and what stood in one event with it and with no other of its kind. Parameters: id, kind.
select s.id, s.kind, s.key from trace.subject s where s.id = %(id)s
union all
select s.id, s.kind, s.key
from (select distinct other_id from link where subject_id = %(id)s) l
join trace.subject s on s.id = l.other_id
where s.kind <> %(kind)s
  and not exists (select from link o where o.subject_id = s.id and o.other_kind = %(kind)s and o.other_id <> %(id)s)
