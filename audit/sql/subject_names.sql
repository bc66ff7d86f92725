-- Kinds and keys of subjects. Parameter: subjects.
select id, kind, key from trace.subject where id = any(%s)
