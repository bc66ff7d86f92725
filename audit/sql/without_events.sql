-- Those of these subjects that have no event in this generation. Parameter: subjects.
select id from unnest(%s::int8[]) as s (id) where not exists (select from timeline t where t.subject_id = s.id)
