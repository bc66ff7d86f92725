-- What only readers need: made once a first catch-up is over, when many rows are indexed at once.
create index if not exists timeline_business on {schema}.timeline (subject_id, recorded_at) where flags & 3 = 1;
create index if not exists timeline_not_understood on {schema}.timeline (subject_id, recorded_at) where flags & 8 = 8;
create index if not exists timeline_puts_right on {schema}.timeline (subject_id) where flags & 16 = 16;
create index if not exists timeline_meaning on {schema}.timeline (meaning);
create index if not exists link_newest on {schema}.link (subject_id, other_kind, first_at, other_id);
create index if not exists aggregate_subject on {schema}.aggregate (subject_id);
create index if not exists aggregate_state on {schema}.aggregate (lane, state, recorded_at);
create index if not exists entry_backdated on {schema}.entry (place_id, occurred_at) where occurred_at <> recorded_at;
create index if not exists expected_after on {schema}.expected (expectation, after_at);
create index if not exists expected_unmet on {schema}.expected (expectation, after_at) where met_at is null;
create index if not exists identifier_prefix on {schema}.identifier (value text_pattern_ops);
-- Their statistics are made now; from here on when they have grown by much: looking costs, and little changes.
do $$
declare
    name text;
begin
    for name in select c.oid::regclass::text from pg_class c
                where c.relnamespace = '{schema}'::regnamespace and c.reloptions @> '{autovacuum_analyze_threshold=200000}'
    loop
        execute 'alter table ' || name || ' reset (autovacuum_analyze_threshold, autovacuum_vacuum_insert_threshold)';
        execute 'alter table ' || name
                || ' set (autovacuum_vacuum_insert_scale_factor = 1, autovacuum_analyze_scale_factor = 0.5)';
        execute 'analyze ' || name;
    end loop;
end $$;
