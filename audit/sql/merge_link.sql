-- Links keep the earliest time at which both subjects stood in one event.
insert into link (subject_id, other_id, other_kind, first_at)
select * from unnest(%s::int8[], %s::int8[], %s::text[], %s::timestamptz[])
on conflict (subject_id, other_id) do update set first_at = excluded.first_at
where excluded.first_at < link.first_at
