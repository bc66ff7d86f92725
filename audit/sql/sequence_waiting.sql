-- Ties of some subjects that wait to be numbered, batch by batch. Parameter: subjects.
select t.subject_id, array_agg(t.position order by t.position)
from tied w, unnest(w.subjects, w.positions) as t (subject_id, position)
where t.subject_id = any(%s)
group by t.subject_id, w.serial order by w.serial
