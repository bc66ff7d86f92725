-- A stream's memory is replaced by the newer one.
insert into memory (stream_id, memory)
select * from unnest(%s::int8[], %s::bytea[])
on conflict (stream_id) do update set memory = excluded.memory
