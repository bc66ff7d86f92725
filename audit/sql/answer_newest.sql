-- The last event on a subject's timeline.
select recorded_at, source_id, source_position, position from timeline
where subject_id = %(subject)s
order by recorded_at desc, source_id desc, source_position desc, position desc limit 1
