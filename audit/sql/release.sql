-- What was seen and is final now leaves pending and waits for the projections.
with final as (
    delete from trace.pending
    where source_id = %s and source_position = any(%s::bigint[])
    returning source_id, source_position, position
)
insert into trace.released (source_id, source_position, position)
select source_id, source_position, position from final
