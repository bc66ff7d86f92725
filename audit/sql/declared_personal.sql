-- What a model that takes another's place calls personal. Parameters: its hash, types, and of each a path as JSON.
insert into trace.personal (model_hash, type, path)
select %s, d.type, array(select n.name from jsonb_array_elements_text(d.path::jsonb) with ordinality n (name, at)
                         where n.name !~ '^[0-9]+$' order by n.at)
from unnest(%s::text[], %s::text[]) d (type, path)
on conflict do nothing
