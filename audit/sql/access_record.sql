-- One record of what somebody did; gives its number.
insert into audit_record (kind, actor, role, session, address, subjects, page, unmasked, moment, reason_code, ticket,
                          caller_identified, outcome, duration_ms, details)
values (%(kind)s, %(actor)s, %(role)s, %(session)s, %(address)s, %(subjects)s::jsonb, %(page)s, %(unmasked)s::jsonb,
        %(moment)s, %(reason_code)s, %(ticket)s, %(caller_identified)s, %(outcome)s, %(duration_ms)s, %(details)s::jsonb)
returning id
