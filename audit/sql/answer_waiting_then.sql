-- How many calls for a reaction were unmet at a time. Parameters: expectations, time.
select expectation, count(*) from expected
where expectation = any(%(expectations)s) and after_at <= %(time)s and (met_at is null or met_at > %(time)s)
group by 1
