-- One service: its events, the outbox from which the others hear of them, and what makes its handling exact.
create schema if not exists {schema};

create table if not exists {schema}.events (
    id             bigint generated always as identity primary key,
    stream         text not null,
    version        bigint not null check (version > 0),
    type           text not null,
    event_id       text not null unique,
    data           bytea not null,             -- JSON in UTF-8; bytes, so that a torn payload can be kept as it is
    metadata       jsonb not null,             -- correlation_id, causation_id
    occurred_at    timestamptz not null,
    recorded_at    timestamptz not null default statement_timestamp(),  -- one append is one statement: one time
    transaction_id xid8 not null default pg_current_xact_id(),
    unique (stream, version)
);

-- The external stream, derived from the internal one: each message names the events it was made from.
create table if not exists {schema}.outbox (
    id            bigint generated always as identity primary key,
    message_id    text not null unique,
    type          text not null,
    data          jsonb not null,
    source_events text[] not null,
    correlation   text not null,
    recorded_at   timestamptz not null default statement_timestamp()
);

-- How far this service has handled each service's outbox; written in the transaction of what the handling wrote.
create table if not exists {schema}.checkpoint (
    feed    text primary key,
    handled bigint not null default 0
);
create table if not exists {schema}.inbox (
    message_id text primary key
);
create table if not exists {schema}.timer (
    id      bigint generated always as identity primary key,
    due     timestamptz not null,
    message jsonb not null
);
create index if not exists timer_due on {schema}.timer (due, id);

grant usage on schema {schema} to bank_reader;
grant select on {schema}.events to bank_reader;
grant select on sequence {schema}.events_id_seq to bank_reader;
