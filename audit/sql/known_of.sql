-- How many of these subjects have events, by kind. Parameter: subjects.
select s.kind, count(*)::int8 from trace.subject s
where s.id = any(%s) and exists (select from timeline t where t.subject_id = s.id) group by s.kind
