-- A subject's payments, newest first: flows by their first event, and money events that belong to no flow.
-- Parameters: subject, kinds of flow, moment, the row to go on after (time, whether a flow, identifier), how many.
select * from (
    (select true as is_flow, l.first_at as at, l.other_id as id, s.kind, s.key
     from unnest(%(kinds)s::text[]) as k (kind)
     cross join lateral (
         select first_at, other_id from link
         where subject_id = %(subject)s and other_kind = k.kind and first_at <= %(recorded)s
           and first_at <= %(after_at)s and (first_at, true, other_id) < (%(after_at)s, %(after_flow)s, %(after_id)s)
         order by first_at desc, other_id desc limit %(limit)s
     ) l
     join subject s on s.id = l.other_id)
    union all
    (select false, recorded_at, position, '', '' from timeline
     where subject_id = %(subject)s and flags & 3 = 1
       and (recorded_at, source_id, source_position) <= (%(recorded)s, %(source)s, %(order)s)
       and recorded_at <= %(after_at)s
       and (recorded_at, false, position) < (%(after_at)s, %(after_flow)s, %(after_id)s)
     order by recorded_at desc, position desc limit %(limit)s)
) p
order by at desc, is_flow desc, id desc
limit %(limit)s
