-- Findings that events opened up to a moment; and of which events, by identifier, there are corrections. Parameters:
-- positions, moment, identifiers.
select opened_by, id, null from finding where opened_by = any(%s) and opened_at <= %s
union all
select distinct null::int8, null, event_id from correction where event_id = any(%s)
order by 1, 2, 3
