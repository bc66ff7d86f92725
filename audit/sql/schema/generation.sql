-- One generation of projections. {schema} is read_N. Indexes are apart (generation_indexes.sql, and those that only
-- readers need in generation_reading_indexes.sql): a rebuild makes them last.
create schema {schema};
set local search_path = {schema}, trace;

-- flags: 1 moves money of a book, 2 belongs to a flow, 4 sets a state, 8 not understood
create table {schema}.timeline (
    subject_id      bigint not null,
    recorded_at     timestamptz not null,
    source_id       integer not null,
    source_position bigint not null,
    position        bigint not null,
    flags           smallint not null,
    meaning         integer not null              -- the number of its type in the model; 0: not understood
);

create table {schema}.link (
    subject_id bigint not null,
    other_kind text not null,
    first_at   timestamptz not null,              -- least recorded time of an event that ties both
    other_id   bigint not null
);

-- events that are not understood, under the correlation that they bear ('': nothing says whom they may touch)
create table {schema}.missed (
    correlation     text not null,
    source_id       integer not null,
    recorded_at     timestamptz not null,
    source_position bigint not null,
    position        bigint not null
);

-- what a stream must remember to be folded on ; its fold state and nothing that is asked for
create table {schema}.memory (
    stream_id bigint not null,
    memory    bytea not null
);

-- the current state of each stream (and item)
create table {schema}.aggregate (
    stream_id   bigint not null,
    item        text not null,
    lane        text not null,
    subject_id  bigint not null,
    state       text not null,
    is_final    boolean not null,
    recorded_at timestamptz not null,
    occurred_at timestamptz not null,
    position    bigint not null,                  -- the event that set it
    version     bigint,
    deadline    timestamptz                       -- when the state has lasted too long; null: it may rest
);

-- every value a stream ever set: its state (field '') and its declared fields
create table {schema}.change (
    stream_id       bigint not null,
    item            text not null,
    field           text not null,
    source_position bigint not null,
    recorded_at     timestamptz not null,
    occurred_at     timestamptz not null,
    position        bigint not null,
    value           text not null
);

-- the two sides of each movement. amount in minor units: negative leaves, positive arrives.
-- balance: the place's after it, in its stream's order (null: shared). total: of its owner's places in the book.
create table {schema}.entry (
    place_id        bigint not null,
    recorded_at     timestamptz not null,
    source_id       integer not null,
    source_position bigint not null,
    ordinal         smallint not null,
    occurred_at     timestamptz not null,
    position        bigint not null,
    counter_id      bigint not null,
    amount          numeric not null,
    balance         numeric,
    total           numeric
);

-- sums by day in the model's zone, on both clocks; not for places that belong to one flow
create table {schema}.day_sum (
    place_id     bigint not null,
    recorded_day date not null,
    occurred_day date not null,
    incoming     numeric not null,
    outgoing     numeric not null,
    entries      bigint not null
);

-- now, of owned and long-lived shared places
create table {schema}.balance (
    place_id    bigint not null,
    amount      numeric not null,
    entries     bigint not null,
    recorded_at timestamptz not null,             -- of the last entry
    in_order    boolean not null                  -- recorded times never ran backwards: the last entry at or before T is the balance at T
);

create table {schema}.kind_total (
    book     text not null,
    kind     text not null,
    currency text not null,
    amount   numeric not null,
    entries  bigint not null
);

-- one row for each thing money travels in (transfers, card payments), judged as a whole
create table {schema}.flow (
    subject_id        bigint not null,
    started_at        timestamptz not null,       -- recorded times of its first and last event
    changed_at        timestamptz not null,
    amount            numeric,                    -- as declared, minor units
    currency          text,
    declared_at       timestamptz,                -- the first declaration in story order counts
    declared_source   integer,
    declared_order    bigint,
    declared_position bigint,
    state             text,                       -- of the lane that ends it: the latest in story order
    is_final          boolean not null default false,
    is_failure        boolean not null default false,
    state_at          timestamptz,
    state_source      integer,
    state_order       bigint,
    state_position    bigint,
    is_open           boolean not null default true,  -- not final, or a non-resting place is not empty (as last judged)
    nets              jsonb not null default '[]' -- as last judged, not zero: [[place id, units as text, since position]]
);

-- flows that are not over, under each account and customer they touch
create table {schema}.open_flow (
    subject_id bigint not null,
    flow_id    bigint not null
);

-- flows, and others that join calls and reactions, to be judged once the watermark has reached judge_at
create table {schema}.dirty (
    subject_id bigint not null,
    judge_at   timestamptz not null
);

-- every event after which the model expects a reaction, matched up to the least watermark of all sources
create table {schema}.expected (
    subject_id     bigint not null,               -- what joins them; of a correlation the hidden subject
    expectation    smallint not null,             -- its number in the model
    reactions      integer not null,              -- how many
    after_at       timestamptz not null,
    after_position bigint not null,
    due_at         timestamptz not null,
    met_at         timestamptz,                   -- the first reaction; null: none
    met_position   bigint,
    bucket         smallint                       -- of the time that it took
);

-- of subjects that are no flows and have a long history: what of it may still be matched with what comes
-- (audit/findings/carrying.py)
create table {schema}.carried (
    subject_id bigint not null,
    kept       bytea not null
);

-- how long reactions take: a histogram for each expectation (audit/projections/durations.py has the buckets)
create table {schema}.usual (
    expectation smallint not null,
    bucket      smallint not null,
    reactions   bigint not null
);

-- how often lanes passed from state to state, by recorded day in the model's zone and the time spent in the state before
create table {schema}.passage (
    lane       text not null,
    from_state text not null,                     -- '': before the first event
    to_state   text not null,
    type       text not null,
    day        date not null,
    bucket     smallint not null,
    passed     bigint not null
);

-- corrections, by the identifier of the event that each says it puts right
create table {schema}.correction (
    event_id text not null,
    position bigint not null
);

-- events that ask for an effect, by a digest of what makes two of them the same request
create table {schema}.effect (
    digest          bytea not null,
    subject_id      bigint not null,              -- the flow, or the event's own subject where it is in none
    position        bigint not null,
    recorded_at     timestamptz not null,
    source_id       integer not null,
    source_position bigint not null,
    meaning         integer not null
);

-- of sources that are never quiet for long: stretches of time (microseconds) without too long a pause, and the events at
-- their ends
create table {schema}.heard (
    source_id      integer not null,
    first_at       bigint not null,
    first_order    bigint not null,
    first_position bigint not null,
    last_at        bigint not null,
    last_order     bigint not null,
    last_position  bigint not null
);

-- of sources that leave no number out: runs of numbers without a hole, and the events at their ends
create table {schema}.unbroken (
    source_id      integer not null,
    first_number   bigint not null,
    first_position bigint not null,
    first_at       bigint not null,               -- microseconds
    last_number    bigint not null,
    last_position  bigint not null
);

-- what staff did of which access_anomaly is judged: doors opened, searches, addresses that name nobody, broken glass,
-- reviews; nothing under secrecy
create table {schema}.staff_act (
    position        bigint not null,
    source_position bigint not null,
    at              timestamptz not null,
    day             date not null,                -- in the model's zone
    act             text not null,                -- reason, search, not_found, break_glass, review
    actor           text not null,
    role            text not null,
    subjects        text[] not null,
    has_ticket      boolean not null,
    record          bigint not null,              -- the console's number of it
    reviews         bigint                        -- the number of what a review is about
);

create table {schema}.identifier (
    name       text not null,
    value      text not null,
    subject_id bigint not null
);

create table {schema}.finding (
    id           text not null primary key,       -- from the start: a rebuild's parts resolve each other's
    rule         text not null,
    severity     text not null,
    subject_id   bigint not null,
    state        text not null,                   -- open, resolved
    opened_at    timestamptz not null,
    opened_by    bigint not null,                 -- positions
    resolved_at  timestamptz,
    resolved_by  bigint,
    because_of   text,
    evidence     bigint[] not null,
    numbers      jsonb not null,                  -- what its sentence is made of; no personal value
    money        jsonb not null                   -- [[units as text, currency]]
);
-- events whose cause is not there (yet)
create table {schema}.awaited (
    position    bigint not null primary key,
    causation   text not null,
    recorded_at timestamptz not null,             -- of the event
    is_told     boolean not null default false    -- that its cause never came
);
-- ties of customers' entries as they became known, a row a batch, until they are numbered (audit/projections/sequences.py)
create table {schema}.tied (
    serial    bigint generated always as identity primary key,
    subjects  bigint[] not null,
    positions bigint[] not null                   -- the entry at each place is tied to the subject at the same place
);
create table {schema}.counts (name text not null, value bigint not null);

-- While a first catch-up lasts, what is only added to is not looked at again for its growth alone, and all tables seldom for
-- their statistics (generation_reading_indexes.sql ends that).
do $$
declare
    grown constant text[] = '{timeline, entry, change, link, expected, aggregate, identifier, day_sum, passage, effect, missed}';
    name text;
begin
    foreach name in array grown || '{flow, memory, balance, dirty}' loop
        execute 'alter table {schema}.' || name
                || ' set (autovacuum_analyze_threshold = 200000, autovacuum_analyze_scale_factor = 1)';
    end loop;
    foreach name in array grown loop
        execute 'alter table {schema}.' || name || ' set (autovacuum_vacuum_insert_threshold = -1)';
    end loop;
end $$;
-- Nobody asks for these by their values.
alter table {schema}.memory alter memory set statistics 0;
alter table {schema}.flow alter nets set statistics 0;
-- Long for a moment, and soon gone: packing them costs more than writing them.
alter table {schema}.tied alter subjects set storage external, alter positions set storage external;
