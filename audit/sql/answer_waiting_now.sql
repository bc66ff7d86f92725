-- How many calls for a reaction are unmet now. Parameter: expectations.
select expectation, count(*) from expected where expectation = any(%(expectations)s) and met_at is null group by 1
