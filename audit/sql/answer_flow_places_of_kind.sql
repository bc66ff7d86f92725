-- Places of a kind that open flows have something in, as last judged, by flow. Parameters: book, kind, how many.
select p.id, p.key, p.currency, n.value ->> 1, (n.value ->> 2)::int8, s.kind, s.key, f.subject_id, l.recorded_at, o.name, l.event_id
from flow f
cross join jsonb_array_elements(f.nets) n
join trace.place p on p.id = (n.value ->> 0)::int8
join subject s on s.id = f.subject_id
join trace.log l on l.position = (n.value ->> 2)::int8
join trace.source o on o.id = l.source_id
where f.is_open and p.book = %(book)s and p.kind = %(kind)s
order by f.started_at, s.key, p.key
limit %(limit)s
