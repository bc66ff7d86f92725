-- States of a source's streams whose deadline lies between its last sweep and its watermark, or that are newly set.
select a.subject_id, s.kind, s.key, a.item, a.lane, a.state, (extract(epoch from a.deadline) * 1000000)::int8,
       a.position, o.name || '/' || l.event_id
from aggregate a
join trace.stream r on r.id = a.stream_id
join trace.source o on o.id = r.source_id
join trace.subject s on s.id = a.subject_id
join trace.log l on l.position = a.position
where r.source_id = %(source)s and a.deadline <= %(watermark)s
  and (a.deadline > coalesce((select timestamptz 'epoch' + value * interval '1 microsecond'
                              from counts where name = 'swept:' || %(source)s), '-infinity')
       or a.stream_id = any(%(streams)s))
