-- The event of a subject's timeline at a place in it (from 0), by leaping along the index alone. Parameters: subject, place.
select recorded_at, source_id, source_position, position from timeline
where subject_id = %(subject)s
order by recorded_at, source_id, source_position, position offset %(place)s limit 1
