-- The identifiers of some subjects. Parameter: subjects.
select id, kind, key from trace.subject where id = any(%s)
