-- How many customers some subjects are, or stood in one event with; 1001: more than a thousand. Parameters: kinds, keys.
select count(*) from (
    select s.id
    from (select distinct kind, key from unnest(%(kinds)s::text[], %(keys)s::text[]) as w (kind, key)) w
    join trace.subject s on s.kind = w.kind and s.key = w.key
    where s.kind = 'customer'
    union
    select l.other_id
    from (select distinct kind, key from unnest(%(kinds)s::text[], %(keys)s::text[]) as w (kind, key)) w
    join trace.subject s on s.kind = w.kind and s.key = w.key
    join link l on l.subject_id = s.id and l.other_kind = 'customer'
    where s.kind <> 'customer'
    limit 1001
) found
