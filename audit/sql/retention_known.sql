-- Which of some subjects are known, whatever is folded of them. Two arrays of equal length: kinds, keys.
select s.id
from unnest(%s::text[], %s::text[]) as w (kind, key)
join trace.subject s on s.kind = w.kind and s.key = w.key
