-- Open flows by the kind of place where they have money, as last judged: how many, since when, how many have a lane whose
-- state has lasted too long. Parameter: watermark.
select p.book, p.kind, p.currency, count(distinct f.subject_id), min(f.started_at),
       count(distinct f.subject_id) filter (where exists (
           select from link l join aggregate a on a.subject_id = l.other_id
           where l.subject_id = f.subject_id and a.deadline <= %s))
from flow f cross join jsonb_array_elements(f.nets) n join trace.place p on p.id = (n.value ->> 0)::int8
where f.is_open and (n.value ->> 1)::numeric > 0
group by 1, 2, 3
