-- How often a subject was looked at since a time, by anyone; nothing tells of looks under secrecy, nor of those on the way to
-- one. Parameters: the subject in a JSON list, the time.
select count(*) from audit_record r
where subjects @> %(subject)s::jsonb and recorded_at >= %(since)s and kind in ('look', 'download', 'export')
  and outcome = 'shown' and reason_code not in ('authority', 'money_laundering')
  and not (reason_code = '' and exists (
      select from audit_record s
      where s.reason_code in ('authority', 'money_laundering') and s.actor = r.actor
        and (s.session = r.session
             or s.recorded_at between r.recorded_at - interval '1 day' and r.recorded_at + interval '1 day')
        and s.subjects @> %(subject)s::jsonb and s.kind <> 'access_report'))
