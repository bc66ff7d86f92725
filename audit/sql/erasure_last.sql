-- When the last event of a subject occurred. Parameter: its identifier.
select max(l.occurred_at) from timeline t join trace.log l on l.position = t.position where t.subject_id = %s
