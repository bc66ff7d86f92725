-- Correct a counter. Parameters: name, difference.
insert into counts (name, value) values (%s, %s) on conflict (name) do update set value = counts.value + excluded.value
