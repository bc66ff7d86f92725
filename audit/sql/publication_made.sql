-- A checkpoint stands in a place. Parameters: place, size.
insert into trace.publication (place, size, published_at) values (%s, %s, clock_timestamp())
on conflict (place) do update set size = excluded.size, published_at = excluded.published_at
