-- Personal identifiers, to be found by exactly their value. Parameters: digests, positions.
insert into trace.blind (digest, position) select * from unnest(%s::bytea[], %s::int8[]) on conflict do nothing
