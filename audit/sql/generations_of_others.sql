-- Generations that were retired for one of another model, and whose tables are still there. Parameter: the model's hash.
select number from trace.generation
where state = 'retired' and model_hash <> %s and to_regnamespace('read_' || number) is not null
