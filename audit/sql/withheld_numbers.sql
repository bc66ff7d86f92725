-- Which of many subjects the viewer may not know of. Parameter: our numbers of them.
select t.id
from (select distinct l.subject_id as id
      from link l
      join trace.subject c on c.id = l.other_id
      join shown.withheld h on h.kind = c.kind and h.key = c.key
      where l.subject_id = any(%(subjects)s) and l.other_kind = 'customer') t
join trace.subject s on s.id = t.id
where shown.is_hidden(s.id, s.kind, s.key)
union
select s.id
from unnest(%(subjects)s::int8[]) as w (id)
join trace.subject s on s.id = w.id
where s.kind <> 'customer'
  and not exists (select from link l where l.subject_id = w.id and l.other_kind = 'customer')
  and shown.is_hidden(s.id, s.kind, s.key)
union
select s.id
from trace.subject s join shown.withheld h on h.kind = s.kind and h.key = s.key
where s.id = any(%(subjects)s)
