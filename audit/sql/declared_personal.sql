-- What a model that takes another's place calls personal. Parameters: its hash, lanes, types, and of each a path as JSON.
insert into trace.personal (model_hash, lane, type, path)
select %s, d.lane, d.type, array(select n.name from jsonb_array_elements_text(d.path::jsonb) with ordinality n (name, at)
                                 where n.name !~ '^[0-9]+$' order by n.at)
from unnest(%s::text[], %s::text[], %s::text[]) d (lane, type, path)
on conflict do nothing
