-- What the parts of a rebuild wrote side by side is summed, statement by statement, before the keys are made.
create temp table one_link on commit drop as
    select subject_id, other_kind, min(first_at) as first_at, other_id from link group by subject_id, other_kind, other_id;
truncate link;
insert into link (subject_id, other_kind, first_at, other_id)
    select subject_id, other_kind, first_at, other_id from one_link order by subject_id, other_id;
create temp table one_day on commit drop as
    select place_id, recorded_day, occurred_day, sum(incoming) as incoming, sum(outgoing) as outgoing,
           sum(entries)::int8 as entries
    from day_sum group by place_id, recorded_day, occurred_day;
truncate day_sum;
insert into day_sum (place_id, recorded_day, occurred_day, incoming, outgoing, entries)
    select place_id, recorded_day, occurred_day, incoming, outgoing, entries from one_day;
create temp table one_balance on commit drop as
    select place_id, sum(amount) as amount, sum(entries)::int8 as entries, max(recorded_at) as recorded_at,
           bool_and(in_order) as in_order
    from balance group by place_id;
truncate balance;
insert into balance (place_id, amount, entries, recorded_at, in_order)
    select place_id, amount, entries, recorded_at, in_order from one_balance;
create temp table one_total on commit drop as
    select book, kind, currency, sum(amount) as amount, sum(entries)::int8 as entries
    from kind_total group by book, kind, currency;
truncate kind_total;
insert into kind_total (book, kind, currency, amount, entries)
    select book, kind, currency, amount, entries from one_total;
create temp table one_passage on commit drop as
    select lane, from_state, to_state, type, day, bucket, sum(passed)::int8 as passed
    from passage group by lane, from_state, to_state, type, day, bucket;
truncate passage;
insert into passage (lane, from_state, to_state, type, day, bucket, passed)
    select lane, from_state, to_state, type, day, bucket, passed from one_passage;
create temp table one_flow on commit drop as
    select s.subject_id, s.started_at, s.changed_at, d.amount, d.currency, d.declared_at, d.declared_source,
           d.declared_order, d.declared_position, e.state, coalesce(e.is_final, false) as is_final,
           coalesce(e.is_failure, false) as is_failure, e.state_at, e.state_source, e.state_order, e.state_position
    from (select subject_id, min(started_at) as started_at, max(changed_at) as changed_at from flow group by subject_id) s
    left join (select distinct on (subject_id) subject_id, amount, currency, declared_at, declared_source, declared_order,
                      declared_position
               from flow where declared_at is not null
               order by subject_id, declared_at, declared_source, declared_order) d using (subject_id)
    left join (select distinct on (subject_id) subject_id, state, is_final, is_failure, state_at, state_source,
                      state_order, state_position
               from flow where state_at is not null
               order by subject_id, state_at desc, state_source desc, state_order desc) e using (subject_id);
truncate flow;
insert into flow (subject_id, started_at, changed_at, amount, currency, declared_at, declared_source, declared_order,
                  declared_position, state, is_final, is_failure, state_at, state_source, state_order, state_position)
    select subject_id, started_at, changed_at, amount, currency, declared_at, declared_source, declared_order,
           declared_position, state, is_final, is_failure, state_at, state_source, state_order, state_position
    from one_flow;
create temp table one_dirty on commit drop as
    select subject_id, min(judge_at) as judge_at from dirty group by subject_id;
truncate dirty;
insert into dirty (subject_id, judge_at) select subject_id, judge_at from one_dirty;
create temp table one_identifier on commit drop as select distinct name, value, subject_id from identifier;
truncate identifier;
insert into identifier (name, value, subject_id) select name, value, subject_id from one_identifier;
create temp table one_count on commit drop as select name, sum(value)::int8 as value from counts group by name;
truncate counts;
insert into counts (name, value) select name, value from one_count
