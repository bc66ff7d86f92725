-- What is carried on of subjects' calls and reactions is another now. Parameters: all subjects; those of which something is
-- carried on, and what (of one length).
with gone as (
    delete from carried where subject_id = any(%(all)s) and subject_id <> all(%(ids)s)
)
insert into carried (subject_id, kept) select * from unnest(%(ids)s, %(kept)s)
on conflict (subject_id) do update set kept = excluded.kept
