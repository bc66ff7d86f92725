-- Identifiers of subjects, made where there are none yet. Parameters: kinds, keys (arrays of one length, sorted).
with wanted as (
    select * from unnest(%s::text[], %s::text[]) as w (kind, key)
), made as (
    insert into trace.subject (kind, key)
    select w.kind, w.key from wanted w
    where not exists (select from trace.subject s where s.kind = w.kind and s.key = w.key)
    on conflict (kind, key) do update set key = excluded.key
    returning id, kind, key
)
select id, kind, key, true from made
union all
select s.id, s.kind, s.key, false from wanted w join trace.subject s using (kind, key)
