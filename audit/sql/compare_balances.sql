-- Places whose contents differ between two generations, grouped by kind. Names: the generations' schemas.
with nets as (
    select place_id, sum(was) as was, sum(is_now) as is_now
    from (select place_id, amount as was, 0::numeric as is_now from {before}.entry
          union all
          select place_id, 0, amount from {after}.entry) as e
    group by place_id
    having sum(was) <> sum(is_now)
)
select p.book, p.kind, p.currency, count(*)::int8, sum(n.was), sum(n.is_now),
       (array_agg(p.kind || ':' || p.key order by p.key))[1:%(examples)s]
from nets n
join trace.place p on p.id = n.place_id
group by p.book, p.kind, p.currency
order by p.book, p.kind, p.currency
