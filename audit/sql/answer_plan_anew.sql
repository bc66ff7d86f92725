-- A search by prefix is planned for its own text, else no index can be used for it; until the transaction ends.
select set_config('plan_cache_mode', 'force_custom_plan', true)
