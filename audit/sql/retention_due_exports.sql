-- Files of exports made before a time. Parameter: the time.
select count(*), min(asked_at) from public.export where asked_at < %s and file <> ''
