-- What some flows had in each place at a moment, and since when on one clock. Places that belong to flows are only the
-- flow's own: another's money is not its. Parameters: flows, books and kinds of places that belong to flows (of one length),
-- moment.
select f.id, p.book, p.kind, p.key, p.currency, sum(e.amount), max(e.{clock})
from unnest(%(flows)s::int8[]) as f (id)
join trace.subject s on s.id = f.id
join timeline t on t.subject_id = f.id and t.flags & 1 = 1
join entry e on e.position = t.position
join trace.place p on p.id = e.place_id
where (e.recorded_at, e.source_id, e.source_position) <= (%(recorded)s, %(source)s, %(order)s)
  and (e.occurred_at < %(occurred)s or e.occurred_at = %(occurred)s
       and (e.recorded_at, e.source_id, e.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
  and (p.key = s.key or not exists (
      select from unnest(%(books)s::text[], %(places)s::text[]) as w (book, kind) where w.book = p.book and w.kind = p.kind))
group by f.id, p.id
having sum(e.amount) <> 0
