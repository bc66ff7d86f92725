-- The latest value of every remembered field of some streams (and their items) at a moment, in their streams' order.
-- The fields' names are found by leaps along the key, so that it costs as much as there are fields, not values.
-- Parameters: streams, moment, how many of each stream.
select w.stream_id, n.item, n.field, c.value, c.position
from unnest(%(streams)s::int8[]) as w (stream_id)
join trace.stream t on t.id = w.stream_id
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
cross join lateral (
    select value, position from change h
    where h.stream_id = w.stream_id and h.item = n.item and h.field = n.field
      and (h.recorded_at, t.source_id, h.source_position) <= (%(recorded)s, %(source)s, %(order)s)
      and (h.occurred_at < %(occurred)s or h.occurred_at = %(occurred)s
           and (h.recorded_at, t.source_id, h.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
    order by h.source_position desc limit 1
) c
order by w.stream_id, n.item, n.field
