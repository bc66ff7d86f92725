-- Findings that events opened up to a moment, and whether each was open then; and of which events, by identifier, there are
-- corrections. Parameters: positions, moment, identifiers.
select opened_by, id, null, coalesce(resolved_at > %(moment)s, true) from finding
where opened_by = any(%(positions)s) and opened_at <= %(moment)s
union all
select distinct null::int8, null, event_id, null::bool from correction where event_id = any(%(identifiers)s)
order by 1, 2, 3
