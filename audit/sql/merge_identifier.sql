-- Identifiers that may be searched are kept once.
insert into identifier (name, value, subject_id)
select * from unnest(%s::text[], %s::text[], %s::int8[])
on conflict do nothing
