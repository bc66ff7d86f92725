-- Counters are added to.
insert into counts (name, value)
select * from unnest(%s::text[], %s::int8[])
on conflict (name) do update set value = counts.value + excluded.value
