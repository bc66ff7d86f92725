-- Findings that events opened up to a moment. Parameters: positions, moment.
select opened_by, id from finding where opened_by = any(%s) and opened_at <= %s order by opened_by, id
