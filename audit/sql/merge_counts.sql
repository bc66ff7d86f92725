-- Counters are added to.
insert into counts (name, value) select name, value from stage_counts
on conflict (name) do update set value = counts.value + excluded.value
