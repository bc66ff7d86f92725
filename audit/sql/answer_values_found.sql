-- What fields of streams held at a moment, where their times never ran backwards: the range of places in the source is
-- halved until only the last value that had come is left, a look into the key for each halving. The last limit keeps a
-- plan that knows no statistics from halving once for every value.
-- Parameters: streams, items, fields (of one length), moment.
select w.stream_id, w.item, w.field, c.value, c.recorded_at, c.position
from unnest(%(streams)s::int8[], %(items)s::text[], %(fields)s::text[]) as w (stream_id, item, field)
join trace.stream t on t.id = w.stream_id
cross join lateral (
    with recursive halving (low, high, has_come) as (
        select (select h.source_position from change h
                where h.stream_id = w.stream_id and h.item = w.item and h.field = w.field
                order by h.source_position limit 1) - 1,
               (select h.source_position from change h
                where h.stream_id = w.stream_id and h.item = w.item and h.field = w.field
                order by h.source_position desc limit 1),
               false
        union all
        select case when p.has_come then p.source_position else halving.low end,
               case when p.has_come then halving.high else halving.low + (halving.high - halving.low + 1) / 2 - 1 end,
               halving.has_come or coalesce(p.has_come, false)
        from halving
        left join lateral (
            select h.source_position,
                   (h.recorded_at, t.source_id, h.source_position) <= (%(recorded)s, %(source)s, %(order)s)
                   and (h.occurred_at < %(occurred)s or h.occurred_at = %(occurred)s
                        and (h.recorded_at, t.source_id, h.source_position)
                            <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s)) as has_come
            from change h
            where h.stream_id = w.stream_id and h.item = w.item and h.field = w.field
              and h.source_position >= halving.low + (halving.high - halving.low + 1) / 2
              and h.source_position <= halving.high
            order by h.source_position limit 1
        ) p on true
        where halving.low < halving.high
    )
    select low from halving where low >= high and has_come limit 1
) f
cross join lateral (
    select h.value, h.recorded_at, h.position from change h
    where h.stream_id = w.stream_id and h.item = w.item and h.field = w.field and h.source_position = f.low limit 1
) c
