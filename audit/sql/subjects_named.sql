-- Subjects by kind and key. Parameters: kinds, keys, side by side.
select s.id, s.kind, s.key from unnest(%s::text[], %s::text[]) as w (kind, key)
join trace.subject s on s.kind = w.kind and s.key = w.key
