-- Subjects of some kinds that stood in one event with a subject, newest first. Parameters: subject, kinds, moment, how many.
select l.other_id, s.kind, s.key, l.first_at
from unnest(%(kinds)s::text[]) as k (kind)
cross join lateral (
    select other_id, first_at from link
    where subject_id = %(subject)s and other_kind = k.kind and first_at <= %(recorded)s
    order by first_at desc, other_id desc limit %(limit)s
) l
join subject s on s.id = l.other_id
order by l.first_at desc, l.other_id desc
limit %(limit)s
