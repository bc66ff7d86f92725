-- How far the states of a source have been swept. Parameters: name, microseconds.
insert into counts (name, value) values (%s, %s) on conflict (name) do update set value = excluded.value
