-- Passages from state to state are summed.
insert into passage (lane, from_state, to_state, type, day, bucket, passed)
select lane, from_state, to_state, type, day, bucket, passed from stage_passage
on conflict (lane, from_state, to_state, type, day, bucket) do update set passed = passage.passed + excluded.passed
