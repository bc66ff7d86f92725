-- Passages from state to state are summed.
insert into passage (lane, from_state, to_state, type, day, bucket, passed)
select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::int2[], %s::int8[])
on conflict (lane, from_state, to_state, type, day, bucket) do update set passed = passage.passed + excluded.passed
