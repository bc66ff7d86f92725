-- Numbered entries, subject by subject, behind one. Parameters: subject, how many subjects.
select q.subject_id, s.kind || ':' || s.key, q.first, q.positions, q.link
from trace.sequence q join trace.subject s on s.id = q.subject_id
where q.subject_id in (
    select distinct subject_id from trace.sequence where subject_id > %s order by subject_id limit %s)
order by q.subject_id, q.first
