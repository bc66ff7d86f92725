-- What came into places within a span of one clock, newest first; not what only moved between them.
select e.recorded_at, e.source_id, e.source_position, e.ordinal, e.position, e.occurred_at, e.amount, e.balance,
       c.book, c.kind, c.key, c.id, e.place_id
from entry e join trace.place c on c.id = e.counter_id
where e.place_id = any(%(places)s)
  and e.amount > 0 and (%(units)s::numeric is null or e.amount = %(units)s)
  and e.counter_id <> all(%(places)s)
  and (e.recorded_at, e.source_id, e.source_position) <= (%(recorded)s, %(source)s, %(order)s)
  and e.{clock} >= %(began)s and e.{clock} < %(ended)s
  and (e.occurred_at < %(occurred)s or e.occurred_at = %(occurred)s
       and (e.recorded_at, e.source_id, e.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
order by e.{clock} desc, e.recorded_at desc, e.source_id desc, e.source_position desc, e.ordinal desc
limit %(limit)s offset %(skipped)s
