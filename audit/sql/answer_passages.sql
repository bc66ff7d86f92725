-- How often lanes passed from state to state within a span of days, as histograms of the time in the state before.
-- Parameters: first and last day.
select lane, from_state, to_state, type, bucket, sum(passed)::int8
from passage
where day between %(began)s and %(ended)s
group by lane, from_state, to_state, type, bucket
having sum(passed) <> 0
