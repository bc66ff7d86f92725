-- The settings by which the server's own log would hold the values of statements, as they are for who asks: those of what is
-- bound, and those that choose statements, since some bear their values in their text. None where an extension is not loaded.
with here as (
    select current_setting('log_statement') in ('mod', 'all') as kinds,
        current_setting('log_min_duration_statement') <> '-1' as slow,
        current_setting('log_min_duration_sample') <> '-1'
            and current_setting('log_statement_sample_rate') <> '0' as sampled,
        current_setting('log_transaction_sample_rate') <> '0' as transactions,
        current_setting('log_parameter_max_length') <> '0' as with_values,
        current_setting('log_parameter_max_length_on_error') <> '0' as on_error,
        current_setting('auto_explain.log_min_duration', true) <> '-1' as explained,
        current_setting('auto_explain.log_parameter_max_length', true) <> '0' as explained_with_values)
select s.name
from here
cross join lateral (values
    ('log_statement', kinds),
    ('log_min_duration_statement', slow),
    ('log_min_duration_sample', sampled),
    ('log_transaction_sample_rate', transactions),
    ('log_parameter_max_length', with_values and (kinds or slow or sampled or transactions)),
    ('log_parameter_max_length_on_error', on_error),
    ('auto_explain.log_min_duration', explained),
    ('auto_explain.log_parameter_max_length', explained and explained_with_values)) s (name, is_told)
where s.is_told
