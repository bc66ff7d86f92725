-- Ties of one subject that wait to be numbered, batch by batch. Parameter: subject.
select array_agg(t.position order by t.position)
from tied w, unnest(w.subjects, w.positions) as t (subject_id, position)
where t.subject_id = %s
group by w.serial order by w.serial
