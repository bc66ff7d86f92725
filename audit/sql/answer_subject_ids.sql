-- Identifiers of many subjects. Parameters: kinds, keys (arrays of one length).
select s.id, s.kind, s.key
from unnest(%s::text[], %s::text[]) as w (kind, key) join subject s on s.kind = w.kind and s.key = w.key
