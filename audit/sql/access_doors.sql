-- The doors that stand open for a person in a session, newest first: those of {doors}, or the last of them; not that of a
-- customer who was restricted meanwhile.
-- Parameters: session, person, role, now, subjects where they are chosen by, how many (null: all).
select subject, reason_code, ticket, caller_identified, closes_at, unmasked::text, is_broken
from {doors} d
where session = %(session)s and actor = %(actor)s and closes_at > %(now)s
  and (is_broken or not exists (
      select from restricted r
      where r.kind = split_part(d.subject, ':', 1) and r.key = substr(d.subject, strpos(d.subject, ':') + 1)
        and not r.may_open ?| array[%(actor)s, 'role:' || %(role)s::text]))
order by id desc
limit %(limit)s::int8
