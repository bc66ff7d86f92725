-- What open flows of a kind have in each place, as last judged, and since when. Parameter: kind.
select f.subject_id, p.book, p.kind, p.key, p.currency, (n.value ->> 1)::numeric, l.recorded_at
from flow f join trace.subject s on s.id = f.subject_id
cross join jsonb_array_elements(f.nets) n
join trace.place p on p.id = (n.value ->> 0)::int8
join trace.log l on l.position = (n.value ->> 2)::int8
where f.is_open and s.kind = %(kind)s
