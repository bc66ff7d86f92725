-- A flow keeps its span, the first declaration and the latest state of the lane that ends it, both in story order.
insert into flow (subject_id, started_at, changed_at, amount, currency, declared_at, declared_source,
                  declared_order, declared_position, state, is_final, is_failure, state_at, state_source,
                  state_order, state_position)
select * from unnest(%s::int8[], %s::timestamptz[], %s::timestamptz[], %s::numeric[], %s::text[],
                     %s::timestamptz[], %s::int4[], %s::int8[], %s::int8[], %s::text[], %s::bool[], %s::bool[],
                     %s::timestamptz[], %s::int4[], %s::int8[], %s::int8[])
on conflict (subject_id) do update set
    started_at = least(flow.started_at, excluded.started_at),
    changed_at = greatest(flow.changed_at, excluded.changed_at),
    (amount, currency, declared_at, declared_source, declared_order, declared_position) = (
        select d.* from (values
            (flow.amount, flow.currency, flow.declared_at, flow.declared_source, flow.declared_order,
             flow.declared_position),
            (excluded.amount, excluded.currency, excluded.declared_at, excluded.declared_source,
             excluded.declared_order, excluded.declared_position)
        ) as d (amount, currency, at, source, ordering, position)
        order by d.at nulls last, d.source, d.ordering limit 1),
    (state, is_final, is_failure, state_at, state_source, state_order, state_position) = (
        select s.* from (values
            (flow.state, flow.is_final, flow.is_failure, flow.state_at, flow.state_source, flow.state_order,
             flow.state_position),
            (excluded.state, excluded.is_final, excluded.is_failure, excluded.state_at, excluded.state_source,
             excluded.state_order, excluded.state_position)
        ) as s (state, is_final, is_failure, at, source, ordering, position)
        order by s.at desc nulls last, s.source desc, s.ordering desc limit 1)
