-- Records of what somebody did before a time. Parameter: the time.
select count(*), min(recorded_at) from public.audit_record where recorded_at < %s
