-- The last number and link of each of these subjects, and its name. Parameter: subjects.
select s.id, s.kind || ':' || s.key, q.last, q.link
from unnest(%s::int8[]) as wanted (id)
join trace.subject s on s.id = wanted.id
left join lateral (
    select first + cardinality(positions) - 1 as last, link from trace.sequence
    where subject_id = wanted.id order by first desc limit 1
) q on true
