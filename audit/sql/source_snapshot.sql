-- First of a poll's snapshot: the clock, the horizon, and where this is. Times in microseconds.
select (extract(epoch from now()) * 1000000)::bigint,
       pg_is_in_recovery(),
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
       (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint,
       coalesce(to_regclass(%s)::oid::bigint, 0),
       (select system_identifier::text from pg_control_system()),
       (select timeline_id from pg_control_checkpoint()),
       case when pg_is_in_recovery()
            then (extract(epoch from pg_last_xact_replay_timestamp()) * 1000000)::bigint end
