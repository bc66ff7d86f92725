-- A counter's new value. Parameters: name, value.
insert into counts (name, value) values (%s, %s) on conflict (name) do update set value = excluded.value
