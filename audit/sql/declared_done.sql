-- How far what was read before a model came into force is sealed as it wants it. Parameters: the entry, the model's hash.
update trace.declaring set done = %s where model_hash = %s
