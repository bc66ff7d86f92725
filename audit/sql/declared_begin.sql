-- A model takes another's place: until now entries may have been read by an earlier one. Parameter: its hash.
insert into trace.declaring (model_hash, upto)
select %s, position from trace.head
on conflict (model_hash) do update set upto = excluded.upto, done = 0, unsealed = '{}'
