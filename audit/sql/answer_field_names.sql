-- The remembered fields of some streams (and items), found by leaps along the key, with what each stream remembers.
-- Parameters: streams, how many of each stream.
select w.stream_id, n.item, n.field, m.memory
from unnest(%(streams)s::int8[]) as w (stream_id)
left join memory m on m.stream_id = w.stream_id
cross join lateral (
    with recursive names (item, field, number) as (
        (select item, field, 1 from change where stream_id = w.stream_id order by item, field limit 1)
        union all
        select m.item, m.field, names.number + 1
        from names cross join lateral (
            select item, field from change
            where stream_id = w.stream_id and (item, field) > (names.item, names.field)
            order by item, field limit 1
        ) m
        where names.number < %(limit)s
    )
    select item, field from names where field <> ''
) n
