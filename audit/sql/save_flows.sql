-- What judging found of flows. Parameters: subject identifiers, whether open, nets.
update flow set is_open = j.is_open, nets = j.nets::jsonb
from unnest(%s::int8[], %s::bool[], %s::text[]) as j (subject_id, is_open, nets) where flow.subject_id = j.subject_id
