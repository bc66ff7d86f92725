-- How many subjects of each kind the read model knows, hidden ones ($) aside.
insert into counts (name, value)
select 'subject:' || s.kind, count(*) from trace.subject s
where s.kind !~ '^[$]' and exists (select from timeline t where t.subject_id = s.id) group by s.kind
on conflict (name) do update set value = excluded.value
