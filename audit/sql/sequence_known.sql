-- Which of these entries of subjects are numbered. Parameters: subjects, positions at the same places.
select n.subject_id, n.position
from unnest(%s::int8[], %s::int8[]) as n (subject_id, position)
where exists (select from trace.sequence s where s.subject_id = n.subject_id and n.position = any(s.positions))
