-- Entries of a place, newest first, before a key, within a span of one clock.
select e.recorded_at, e.source_id, e.source_position, e.ordinal, e.position, e.occurred_at, e.amount, e.balance,
       c.book, c.kind, c.key, c.id
from entry e join trace.place c on c.id = e.counter_id
where e.place_id = %(place)s
  and (e.recorded_at, e.source_id, e.source_position) <= (%(recorded)s, %(source)s, %(order)s)
  and (e.recorded_at, e.source_id, e.source_position, e.ordinal)
      < (%(after_recorded)s, %(after_source)s, %(after_order)s, %(after_ordinal)s)
  and e.{clock} >= %(began)s and e.{clock} < %(ended)s
  and (e.occurred_at < %(occurred)s or e.occurred_at = %(occurred)s
       and (e.recorded_at, e.source_id, e.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
order by e.recorded_at desc, e.source_id desc, e.source_position desc, e.ordinal desc
limit %(limit)s
