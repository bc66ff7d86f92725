-- Events whose cause is not there yet; of one that is folded again, nothing has been told. Parameters: positions.
insert into awaited (position, causation, recorded_at)
select position, causation_id, recorded_at from trace.log where position = any(%s)
on conflict (position) do update set is_told = false
