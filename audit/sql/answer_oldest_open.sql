-- Flows of the whole bank that are not over, the oldest first. Parameter: how many.
select f.subject_id, s.kind, s.key from flow f join subject s on s.id = f.subject_id
where f.is_open order by f.started_at, s.key limit %s
