-- The current state of a stream or item is replaced by the newer one.
insert into aggregate (stream_id, item, lane, subject_id, state, is_final, recorded_at, occurred_at, position,
                       version, deadline)
select * from unnest(%s::int8[], %s::text[], %s::text[], %s::int8[], %s::text[], %s::bool[], %s::timestamptz[],
                     %s::timestamptz[], %s::int8[], %s::int8[], %s::timestamptz[])
on conflict (stream_id, item) do update set
    lane = excluded.lane, subject_id = excluded.subject_id, state = excluded.state, is_final = excluded.is_final,
    recorded_at = excluded.recorded_at, occurred_at = excluded.occurred_at, position = excluded.position,
    version = excluded.version, deadline = excluded.deadline
