-- Whose a subject is. Made after 01_trace.sql.

-- Whose a subject is: the customers that stood in one event with it or, where none did and it goes with a single flow (a
-- lane of a payment), that flow's. What goes with several flows (a batch) is a customer's that they are all of alone, and
-- else nobody's. `link` and `flow` are the generation's that the reader uses; however much is linked with the subject, few
-- rows are read, unless all of it is one customer's.
create function trace.owners(asked bigint) returns table (customer_id bigint, first_at timestamptz)
language plpgsql stable cost 300 rows 2 as $$
#variable_conflict use_column
declare
    kind_before text = '';
    others bigint[];
    flow_kinds text[] = '{}';
    flow_id bigint;
    only_id bigint;
    is_several boolean = false;
begin
    return query select l.other_id, l.first_at from link l where l.subject_id = asked and l.other_kind = 'customer';
    if found or exists (select from trace.subject s where s.id = asked and s.kind = 'customer') then
        return;
    end if;
    loop
        select l.other_kind into kind_before from link l
        where l.subject_id = asked and l.other_kind > kind_before order by l.other_kind limit 1;
        exit when not found;
        others = array(select l.other_id from link l where l.subject_id = asked and l.other_kind = kind_before limit 2);
        if exists (select from flow f where f.subject_id = any(others)) then
            is_several = is_several or flow_id is not null or cardinality(others) > 1;
            flow_kinds = flow_kinds || kind_before;
            flow_id = others[1];
        end if;
    end loop;
    if is_several then
        others = array(
            select l.other_id from link l where l.subject_id = flow_id and l.other_kind = 'customer' limit 2);
        only_id = others[1];
        if cardinality(others) <> 1 or exists (
            select from link l
            where l.subject_id = asked and l.other_kind = any(flow_kinds) and (
                not exists (select from link o
                            where o.subject_id = l.other_id and o.other_kind = 'customer' and o.other_id = only_id)
                or exists (select from link o
                           where o.subject_id = l.other_id and o.other_kind = 'customer' and o.other_id <> only_id)))
        then
            return;
        end if;
    end if;
    return query select l.other_id, l.first_at from link l where l.subject_id = flow_id and l.other_kind = 'customer';
end $$;

-- What is a customer's though it never stood in one event with it: what goes with its flows alone (their lanes, and what
-- these have of their own). `link` and `flow` are the generation's that the reader uses.
create function trace.owned_through_flows(asked bigint) returns table (subject_id bigint)
language plpgsql stable cost 10000 as $$
#variable_conflict use_column
begin
    return query
    select m.other_id
    from (
        select distinct o.other_id
        from link l
        join flow f on f.subject_id = l.other_id
        join link o on o.subject_id = f.subject_id
        where l.subject_id = asked and o.other_kind <> 'customer'
    ) m
    where not exists (select from link l where l.subject_id = m.other_id and l.other_kind = 'customer')
      and exists (select from trace.owners(m.other_id) w where w.customer_id = asked);
end $$;
