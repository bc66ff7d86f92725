-- The identifiers of some subjects. Parameter: subjects.
select id, kind, key from subject where id = any(%s)
