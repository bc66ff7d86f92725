-- Open flows by the kind of place where they have money, as last judged: how many, since when, how many are past their time:
-- a lane's state has lasted too long, or a finding says that the money should have gone on. Parameter: watermark.
select p.book, p.kind, p.currency, count(distinct f.subject_id), min(f.started_at),
       count(distinct f.subject_id) filter (where exists (
           select from link l join aggregate a on a.subject_id = l.other_id
           where l.subject_id = f.subject_id and a.deadline <= %s)
           or exists (
           select from finding x
           where x.subject_id = f.subject_id and x.state = 'open' and x.rule in ('residue_at_end', 'missing_reaction')))
from flow f cross join jsonb_array_elements(f.nets) n join trace.place p on p.id = (n.value ->> 0)::int8
where f.is_open and (n.value ->> 1)::numeric > 0
group by 1, 2, 3
