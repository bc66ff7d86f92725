-- The identifiers of streams of one source, given out where there is none yet. Writers are serialised by trace.head.
with wanted as (
    select distinct name from unnest(%(names)s::text[]) as w (name)
), added as (
    insert into trace.stream (source_id, name)
    select %(source_id)s, w.name
    from wanted w
    where not exists (select from trace.stream s where s.source_id = %(source_id)s and s.name = w.name)
    order by w.name
    returning id, name
)
select id, name from added
union all
select s.id, s.name from trace.stream s join wanted w on s.name = w.name where s.source_id = %(source_id)s
