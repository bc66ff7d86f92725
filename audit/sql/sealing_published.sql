-- How far every place has it. Parameter: the places.
update trace.sealing s set published = p.size, published_at = p.published_at
from (select min(size) as size, min(published_at) as published_at from trace.publication where place = any(%s)) p
where p.size is not null and (s.published, s.published_at) is distinct from (p.size, p.published_at)
