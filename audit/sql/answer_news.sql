-- How many events of a subject came after one, counted to a hundred.
select count(*) from (
    select 1 from timeline
    where subject_id = %(subject)s
      and (recorded_at, source_id, source_position, position) > (%(recorded)s, %(source)s, %(order)s, %(position)s)
    limit 100
) t
