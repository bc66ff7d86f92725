-- In which places of some kinds flows had something left at a moment. Parameters: flows, kinds of places, moment.
select t.subject_id, p.book, p.kind, p.key
from timeline t
join entry e on e.position = t.position
join trace.place p on p.id = e.place_id and p.kind = any(%(kinds)s)
where t.subject_id = any(%(flows)s)
  and (e.recorded_at, e.source_id, e.source_position) <= (%(recorded)s, %(source)s, %(order)s)
  and (e.occurred_at < %(occurred)s or e.occurred_at = %(occurred)s
       and (e.recorded_at, e.source_id, e.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
group by t.subject_id, p.id
having sum(e.amount) > 0
