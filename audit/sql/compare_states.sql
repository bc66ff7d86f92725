-- Streams and items whose state differs between two generations, grouped. Names: the generations' schemas.
select coalesce(a.lane, b.lane) as lane, coalesce(b.state, '') as was, coalesce(a.state, '') as is_now, count(*)::int8,
       (array_agg(s.kind || ':' || s.key || case when coalesce(a.item, b.item) = '' then ''
                  else ' ' || coalesce(a.item, b.item) end order by s.kind, s.key))[1:%(examples)s]
from {before}.aggregate b
full join {after}.aggregate a on (a.stream_id, a.item) = (b.stream_id, b.item)
join trace.subject s on s.id = coalesce(a.subject_id, b.subject_id)
where (a.lane, a.state) is distinct from (b.lane, b.state)
group by 1, 2, 3
order by 1, 2, 3
