-- Entries that could not be sealed before, and are now. Parameters: they, the model's hash.
update trace.declaring set unsealed = array(select e from unnest(unsealed) e where e <> all(%s::bigint[]) order by e)
where model_hash = %s
