-- Findings that only one of two generations has, or that they have in another state. Names: the generations' schemas.
select coalesce(a.rule, b.rule), coalesce(b.state, '') as was, coalesce(a.state, '') as is_now, count(*)::int8,
       (array_agg(s.kind || ':' || s.key order by s.kind, s.key))[1:%(examples)s]
from {before}.finding b
full join {after}.finding a on a.id = b.id
join trace.subject s on s.id = coalesce(a.subject_id, b.subject_id)
where a.state is distinct from b.state
group by 1, 2, 3
order by 1, 2, 3
