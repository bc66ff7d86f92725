-- Whose a subject is, and what it took part in. Made after 01_trace.sql.

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

-- Have the current generation's tables read by these names, until the function that calls this ends (its own search path
-- is restored then). Whether there is any.
create function trace.use_current() returns boolean language plpgsql stable as $$
declare
    used integer := (select g.number from trace.generation g where g.state = 'current');
begin
    if used is not null then
        perform set_config('search_path', format('pg_catalog, trace, read_%s, pg_temp', used), true);
    end if;
    return used is not null;
end $$;

-- Whose a subject, as in `account:12`, is in the current generation.
create function trace.customers_of(subject_name text) returns text[]
language plpgsql stable set search_path = pg_catalog, trace, pg_temp as $$
begin
    if not use_current() then
        return '{}';
    end if;
    return array(
        select c.kind || ':' || c.key
        from subject s
        cross join lateral owners(s.id) o
        join subject c on c.id = o.customer_id
        where s.kind = split_part(subject_name, ':', 1) and s.key = substr(subject_name, strpos(subject_name, ':') + 1));
end $$;

-- The legal hold that keeps what is an owner's: its own, or one of whose it is. This alone says so, for the triggers and
-- for who asks before anything is done (audit/erasing/scope.py).
create function trace.hold_on(owner_name text) returns text language plpgsql stable
set search_path = pg_catalog, trace, pg_temp as $$
begin
    return (
        select h.subject from public.legal_hold h
        where h.lifted_at is null and (h.subject = owner_name or h.subject = any(customers_of(owner_name)))
        limit 1);
end $$;

-- Whether an owner is a customer's alone, or of what else is erased: it goes with nothing else of that kind.
create function trace.has_become_own(owner_name text, of_name text) returns boolean
language plpgsql stable set search_path = pg_catalog, trace, pg_temp as $$
begin
    if not use_current() then
        return false;
    end if;
    return customers_of(owner_name) = array[of_name] or exists (
        select from subject c
        join link l on l.other_id = c.id
        join subject s on s.id = l.subject_id and s.kind <> c.kind
        where c.kind = split_part(of_name, ':', 1) and c.key = substr(of_name, strpos(of_name, ':') + 1)
          and s.kind = split_part(owner_name, ':', 1) and s.key = substr(owner_name, strpos(owner_name, ':') + 1)
          and not exists (
              select from link o
              where o.subject_id = s.id and o.other_kind = c.kind and o.other_id <> c.id));
end $$;

-- Whether one of these subjects took part in an entry, in the generation that the caller uses.
create function trace.is_told(at bigint, of_subjects bigint[]) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from log o
        join timeline t on t.subject_id = any(of_subjects) and t.recorded_at = o.recorded_at
            and t.source_id = o.source_id and t.source_position = o.source_position and t.position = o.position
        where o.position = at);
end $$;

-- Whether a key's owner took part in an entry.
create function trace.takes_part(key bigint, at bigint) returns boolean language plpgsql stable
set search_path = pg_catalog, trace, pg_temp as $$
begin
    if not use_current() then
        return false;
    end if;
    return is_told(at, array(
        select s.id from data_key k
        join subject s on s.kind = k.owner_kind and s.key = k.owner_key
        where k.id = takes_part.key));
end $$;

-- Whether somebody erased, or what went with somebody erased, took part in an entry.
create function trace.stands_beside_erased(at bigint) returns boolean language plpgsql stable
set search_path = pg_catalog, trace, pg_temp as $$
begin
    if not use_current() then
        return false;
    end if;
    return exists (
        select from erasure e
        join subject s on s.kind = e.subject_kind and s.key = e.subject_key
        where is_told(at, array(
            select s.id
            union all select l.other_id from link l where l.subject_id = s.id
            union all select w.subject_id from owned_through_flows(s.id) w)));
end $$;
