-- How many payments a subject has, counted no further than a limit. Parameters: subject, kinds of flow, moment, limit.
select (select count(*) from (select from link where subject_id = %(subject)s and other_kind = any(%(kinds)s)
                              and first_at <= %(recorded)s limit %(limit)s) f)
     + (select count(*) from (select from timeline where subject_id = %(subject)s and flags & 3 = 1
                              and (recorded_at, source_id, source_position) <= (%(recorded)s, %(source)s, %(order)s)
                              limit %(limit)s) e)
