-- How many streams and items are in each state at the end of a day: those that came into it less those that left it.
select lane, state, sum(passed)::int8
from (select lane, to_state as state, passed, day from passage
      union all
      select lane, from_state, -passed, day from passage where from_state <> '') as moved
where day <= %(ended)s
group by lane, state
