-- What of some subjects, and of the customers and holders that take part in them, the viewer may not know of;
-- and in which of the subjects a withheld customer takes part. Parameters: kinds, keys, kinds that hold money.
with asked as (
    select s.id, s.kind, s.key
    from unnest(%(kinds)s::text[], %(keys)s::text[]) as w (kind, key)
    join trace.subject s on s.kind = w.kind and s.key = w.key
), touched as (
    select a.id, a.kind, a.key, c.id as customer_id, c.kind as customer_kind, c.key as customer_key
    from asked a
    cross join lateral trace.owners(a.id) o
    join trace.subject c on c.id = o.customer_id
    join shown.withheld h on h.kind = c.kind and h.key = c.key
), held as (
    select s.id, s.kind, s.key
    from (select distinct customer_id from touched) t
    join link l on l.subject_id = t.customer_id and l.other_kind = any(%(holders)s)
    join trace.subject s on s.id = l.other_id
)
select true, w.kind, w.key
from unnest(%(kinds)s::text[], %(keys)s::text[]) as w (kind, key)
join shown.withheld h on h.kind = w.kind and h.key = w.key
union
select true, customer_kind, customer_key from touched
union
select true, kind, key from held where shown.is_hidden(id, kind, key)
union
select shown.is_hidden(id, kind, key), kind, key from touched
