-- How many customers some subjects are, or belong to; 1001: more than a thousand. Parameters: kinds, keys.
select count(*) from (
    select s.id
    from (select distinct kind, key from unnest(%(kinds)s::text[], %(keys)s::text[]) as w (kind, key)) w
    join trace.subject s on s.kind = w.kind and s.key = w.key
    where s.kind = 'customer'
    union
    select o.customer_id
    from (select distinct kind, key from unnest(%(kinds)s::text[], %(keys)s::text[]) as w (kind, key)) w
    join trace.subject s on s.kind = w.kind and s.key = w.key
    cross join lateral trace.owners(s.id) o
    where s.kind <> 'customer'
    limit 1001
) found
