-- What was done with some subjects within a time, the oldest first. Parameters: each subject in a JSON list, from (null: the
-- first), to, outcomes that showed something (a search says how many it found). Last column: without a reason of its own, but
-- by somebody who in the same session, or within a day, looked under secrecy at the same; or a search by somebody who may
-- still do so.
select id, kind, recorded_at, actor, session, page, reason_code, outcome, unmasked <> '[]',
    reason_code = '' and (
        exists (
            select from audit_record s
            where s.reason_code in ('authority', 'money_laundering') and s.actor = r.actor
              and (s.session = r.session
                   or s.recorded_at between r.recorded_at - interval '1 day' and r.recorded_at + interval '1 day')
              and s.subjects @> any(%(subjects)s::jsonb[]) and s.kind <> 'access_report')
        or page = 'search' and recorded_at > now() - interval '1 day'
           and exists (select from access_right a where a.role = r.role and a.action = 'secrecy'))
from audit_record r
where subjects @> any(%(subjects)s::jsonb[])
  and (%(began)s::timestamptz is null or recorded_at >= %(began)s) and recorded_at <= %(ended)s
  and page not in ('reviews', 'withheld')  -- which look at what staff did
  and kind in ('look', 'search', 'download', 'export', 'unmask', 'break_glass', 'reason')
  and (outcome = any(%(outcomes)s) or kind = 'search')
order by id
