-- How many streams (and items) are in some states now. Parameters: lanes, states (of one length).
select w.lane, w.state, (select count(*) from aggregate a where a.lane = w.lane and a.state = w.state)
from unnest(%s::text[], %s::text[]) as w (lane, state)
