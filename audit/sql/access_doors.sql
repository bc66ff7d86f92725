-- The doors that stand open for a person in a session, newest first: of `subjects` all, else the last 50; not that of a
-- customer who was restricted meanwhile.
-- Parameters: session, person, role, now, subjects (null: all).
select subject, reason_code, ticket, caller_identified, closes_at, unmasked::text, is_broken
from open_door d
where session = %(session)s and actor = %(actor)s and closes_at > %(now)s
  and (%(subjects)s::text[] is null or subject = any(%(subjects)s))
  and (is_broken or not exists (
      select from restricted r
      where r.kind = split_part(d.subject, ':', 1) and r.key = substr(d.subject, strpos(d.subject, ':') + 1)
        and not r.may_open ?| array[%(actor)s, 'role:' || %(role)s::text]))
order by id desc
limit case when %(subjects)s::text[] is null then 50 end
