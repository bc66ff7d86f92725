-- The doors that stand open for a person in a session, newest first. Parameters: session, person, now, subjects (null: all).
select subject, reason_code, ticket, caller_identified, closes_at, unmasked::text
from open_door
where session = %(session)s and actor = %(actor)s and closes_at > %(now)s
  and (%(subjects)s::text[] is null or subject = any(%(subjects)s))
order by id desc
limit 50
