-- The identifiers of event types, given out where there is none yet. Writers are serialised by trace.head.
with wanted as (
    select distinct name from unnest(%(names)s::text[]) as w (name)
), added as (
    insert into trace.event_type (name)
    select w.name
    from wanted w
    where not exists (select from trace.event_type t where t.name = w.name)
    order by w.name
    returning id, name
)
select id, name from added
union all
select t.id, t.name from trace.event_type t join wanted w on t.name = w.name
