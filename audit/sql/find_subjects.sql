-- The identifiers of subjects. Parameters: kinds, keys (arrays of one length).
select id, kind, key from unnest(%s::text[], %s::text[]) as w (kind, key) join trace.subject s using (kind, key)
