-- A subject, what stood in one event with it and with no other of its kind, and what goes with its flows alone.
-- Parameters: id, kind.
select s.id, s.kind, s.key from trace.subject s where s.id = %(id)s
union all
select s.id, s.kind, s.key
from (select distinct other_id from link where subject_id = %(id)s) l
join trace.subject s on s.id = l.other_id
where s.kind <> %(kind)s
  and not exists (select from link o where o.subject_id = s.id and o.other_kind = %(kind)s and o.other_id <> %(id)s)
union all
select s.id, s.kind, s.key
from trace.owned_through_flows(%(id)s) w
join trace.subject s on s.id = w.subject_id
where (select count(*) from trace.owners(w.subject_id)) = 1
