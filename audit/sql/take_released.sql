-- What is final and not yet projected, oldest of each source first; taken out. Parameters: up to which position, how many.
delete from trace.released r
using (
    select source_id, source_position, position
    from trace.released
    where position <= %s
    order by source_id, source_position, position
    limit %s
) taken
where (r.source_id, r.source_position, r.position) = (taken.source_id, taken.source_position, taken.position)
returning r.position
