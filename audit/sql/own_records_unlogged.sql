-- How many records of the console's own wait for a follower, or for a command that reads.
select count(*) from public.audit_record r
where r.id > coalesce((select s.sealed from trace.source s where s.kind = 'console'), 0)
  and not exists (
    select from trace.identity i join trace.source s on s.id = i.source_id
    where s.kind = 'console' and i.event_id = 'record-' || r.id)
