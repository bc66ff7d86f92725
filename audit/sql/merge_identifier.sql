-- Identifiers that may be searched are kept once.
insert into identifier (name, value, subject_id) select name, value, subject_id from stage_identifier
on conflict do nothing
