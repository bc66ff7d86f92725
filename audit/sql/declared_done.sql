-- How far what was read before a model came into force is sealed as it wants it, and which entries could not be. Parameters: the
-- entry, the others, the model's hash.
update trace.declaring set done = %s, unsealed = array(select distinct e from unnest(unsealed || %s::bigint[]) e order by e)
where model_hash = %s
