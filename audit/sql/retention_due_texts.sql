-- Texts written before a time and not erased. Parameter: the time.
select count(*), min(written_at) from public.kept_text where written_at < %s and wrapped is not null
