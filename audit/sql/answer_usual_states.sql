-- How long streams were in some states before they left them, as histograms. Parameters: lanes, states (of one length).
select w.lane, w.state, p.bucket, sum(p.passed)::int8
from unnest(%s::text[], %s::text[]) as w (lane, state)
join passage p on p.lane = w.lane and p.from_state = w.state
group by 1, 2, 3
