-- Number further entries. Parameters: subjects, first numbers, positions (as texts), links.
insert into trace.sequence (subject_id, first, positions, link)
select id, first, positions::int8[], link
from unnest(%s::int8[], %s::int8[], %s::text[], %s::bytea[]) as n (id, first, positions, link)
