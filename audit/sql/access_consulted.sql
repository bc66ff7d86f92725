-- What was done with some subjects within a time, the oldest first. Parameters: each subject in a JSON list, from (null: the
-- first), to, outcomes that showed something (a search says how many it found).
select id, kind, recorded_at, actor, session, page, reason_code, outcome, unmasked <> '[]'
from audit_record
where subjects @> any(%(subjects)s::jsonb[])
  and (%(began)s::timestamptz is null or recorded_at >= %(began)s) and recorded_at <= %(ended)s
  and page not in ('reviews', 'withheld')  -- which look at what staff did
  and kind in ('look', 'search', 'download', 'export', 'unmask', 'break_glass', 'reason')
  and (outcome = any(%(outcomes)s) or kind = 'search')
order by id
