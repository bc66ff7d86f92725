-- How many streams and items are in each state at the end of a day: those that came into it less those that left it.
with passed as (
    select lane, from_state, to_state, sum(passed) as times
    from passage
    where day <= %(ended)s
    group by lane, from_state, to_state
)
select lane, state, sum(times)::int8
from (select lane, to_state as state, times from passed
      union all
      select lane, from_state, -times from passed where from_state <> '') as moved
group by lane, state
