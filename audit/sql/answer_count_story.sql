-- How many events stand on a subject's timeline at a moment, counted no further than a limit.
select count(*) from (
    select 1
    from timeline t
    where t.subject_id = %(subject)s
      and (t.recorded_at, t.source_id, t.source_position) <= (%(recorded)s, %(source)s, %(order)s)
      and (%(is_recorded)s or exists (
          select from trace.log l where l.position = t.position
            and (l.occurred_at < %(occurred)s or l.occurred_at = %(occurred)s
                 and (l.recorded_at, l.source_id, l.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))))
    limit %(limit)s
) t
