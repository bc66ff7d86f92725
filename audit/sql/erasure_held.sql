-- Which of some owners a legal hold keeps. Parameters: kinds, keys.
select kind, key from unnest(%(kinds)s::text[], %(keys)s::text[]) as o (kind, key)
where trace.hold_on(kind || ':' || key) is not null
