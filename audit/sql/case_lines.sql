-- Cases as a list shows them, newest first: number, status (null: none was set), when last added to, how many entries, and
-- whom they are about in order of their coming. Parameter: cases.
select c.id,
       (select s.value from case_entry s where s.case_id = c.id and s.kind = 'status' order by s.id desc limit 1),
       max(e.added_at), count(*)::int,
       array(select s.subject from case_entry s where s.case_id = c.id and s.subject <> ''
             group by s.subject order by min(s.id))
from unnest(%s::int8[]) as c (id)
join case_entry e on e.case_id = c.id
group by c.id
order by c.id desc
