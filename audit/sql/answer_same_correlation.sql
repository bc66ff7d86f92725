-- The last events of some events' correlations up to their recorded times, as far as a flow's timeline or their own
-- stream has them. Parameters: positions, kinds of subjects that a correlation names, how many for each.
select w.position, f.position, 0, f.kind, f.source_id, f.source_position, f.stream_id, r.name, f.version, y.name,
       f.event_id, f.occurred_at, f.recorded_at, f.ingested_at, f.correlation_id, f.causation_id, f.step,
       f.first_position, encode(f.commitment, 'hex')
from unnest(%(positions)s::int8[]) as w (position)
join trace.log o on o.position = w.position
cross join lateral (
    select o.position
    union
    select found.position from (
        select t.position
        from trace.subject s join timeline t on t.subject_id = s.id join trace.log l on l.position = t.position
        where s.kind = any(%(kinds)s) and s.key = o.correlation_id and t.recorded_at <= o.recorded_at
          and l.correlation_id = o.correlation_id
        order by t.recorded_at desc, t.source_id desc, t.source_position desc limit %(limit)s
    ) found
    union
    select found.position from (
        select l.position, l.correlation_id from trace.log l
        where l.stream_id = o.stream_id and l.version < o.version
        order by l.version desc limit %(limit)s
    ) found where found.correlation_id = o.correlation_id
) n
join trace.log f on f.position = n.position and f.recorded_at <= o.recorded_at
join trace.stream r on r.id = f.stream_id
join trace.event_type y on y.id = f.type_id
