-- How often a subject was looked at since a time, by anyone; nothing tells of looks under secrecy. Parameters: the subject in a JSON list, the time.
select count(*) from audit_record
where subjects @> %s::jsonb and recorded_at >= %s and kind in ('look', 'download', 'export') and outcome = 'shown'
  and reason_code not in ('authority', 'money_laundering')
