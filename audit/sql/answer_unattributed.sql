-- Events of which nothing says whom they touch, folded or waiting, by source: how many at a moment, counted up to a
-- limit. Parameters: moment and limit.
select t.name, count(*)
from (
    select s.name
    from (select position from missed where correlation = ''
          union
          select w.position
          from (select position from trace.pending union all select position from trace.released) w
          join trace.log l on l.position = w.position and l.kind = 0 and l.correlation_id is null
          join trace.payload p on p.position = w.position and p.status in (2, 3)
          join trace.stream r on r.id = l.stream_id and r.name in ('', '(unreadable)')) n
    join trace.log l on l.position = n.position
    join trace.source s on s.id = l.source_id and s.kind <> 'console'
    where (l.recorded_at, l.source_id, l.source_position) <= (%(recorded)s, %(source)s, %(order)s)
      and (l.occurred_at < %(occurred)s or l.occurred_at = %(occurred)s
           and (l.recorded_at, l.source_id, l.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
    limit %(limit)s
) t
group by t.name order by t.name
