-- Whether a record says nothing of secrecy but lets it out: what somebody did without a reason to what they looked at under
-- secrecy in the same session or within a day, a search within an hour of such a look, or one that it may still follow.
-- A condition on rows of audit_record.
reason_code = '' and (
    exists (
        select from audit_record s
        where s.reason_code in ('authority', 'money_laundering') and s.kind <> 'access_report'
          and s.actor = audit_record.actor
          and (s.session = audit_record.session
               or s.recorded_at between audit_record.recorded_at - interval '1 day'
                                    and audit_record.recorded_at + interval '1 day')
          and (s.subjects ?| array(select jsonb_array_elements_text(audit_record.subjects))
               or audit_record.page = 'search'
              and s.recorded_at between audit_record.recorded_at - interval '1 hour'
                                    and audit_record.recorded_at + interval '1 hour'))
    or page = 'search' and recorded_at > now() - interval '1 day'
       and exists (select from access_right a where a.role = audit_record.role and a.action = 'secrecy'))
