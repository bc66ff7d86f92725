-- The doors that stand open for a person in a session, newest first: all that {chosen} chooses, or the last of them; not
-- that of a customer who was restricted meanwhile.
-- Parameters: session, person, role, now, subjects where they are chosen by, how many (null: all).
select subject, reason_code, ticket, caller_identified, closes_at, unmasked::text, is_broken
from open_door d
where session = %(session)s and actor = %(actor)s and closes_at > %(now)s
  and {chosen}
  and (is_broken or not exists (
      select from restricted r
      where r.kind = split_part(d.subject, ':', 1) and r.key = substr(d.subject, strpos(d.subject, ':') + 1)
        and not r.may_open ?| array[%(actor)s, 'role:' || %(role)s::text]))
order by id desc
limit %(limit)s::int8
