-- Findings that events opened. Parameter: positions.
select opened_by, id from finding where opened_by = any(%s) order by opened_by, id
