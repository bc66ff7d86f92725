-- A stream's memory is replaced by the newer one.
insert into memory (stream_id, memory) select stream_id, memory from stage_memory
on conflict (stream_id) do update set memory = excluded.memory
