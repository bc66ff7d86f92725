-- The permanent part: what was read, byte for byte, and where each source stands. Applied by the first migration.
create schema trace;

create table trace.source (
    id            integer primary key,            -- in the order of the names (audit/log/sources.py): it breaks ties
    name          text not null unique,
    kind          text not null,
    lease         bigint not null default 0,      -- fencing token: a checkpoint is written only under the newest lease
    state         bytea,                          -- the adapter's own checkpoint
    sealed        bigint not null default 0,
    watermark     timestamptz,
    idle          boolean not null default false,
    gaps          bigint not null default 0,
    held_by       jsonb not null default '[]',
    events        bigint not null default 0,
    duplicates    bigint not null default 0,
    quarantined   bigint not null default 0,
    polled_at     timestamptz,
    trouble       text,                           -- why it cannot be read now, for people; null: all is well
    recount_from  bigint not null default 0,      -- our position up to which its events were read again in this round
    recount_at    timestamptz,                    -- when the next round begins, by its own clock
    notice        text                            -- what has happened to it for good (moved, restored), for people
);

create table trace.stream (
    id        bigint generated always as identity primary key,
    source_id integer not null,                   -- of source, which loses no row; a check for each stream costs too much
    name      text not null,
    unique (source_id, name)
);

create table trace.event_type (
    id   integer generated always as identity primary key,
    name text not null unique
);

-- kind: 0 event, 1 sighting (a redelivery), 2 collision (same identifier, other bytes), 3 marker
create table trace.log (
    position        bigint not null primary key,
    kind            smallint not null,
    source_id       integer not null,
    source_position bigint not null,
    stream_id       bigint not null,
    version         bigint,
    type_id         integer not null,
    event_id        text not null,
    occurred_at     timestamptz not null,
    recorded_at     timestamptz not null,
    ingested_at     timestamptz not null,
    correlation_id  text,
    causation_id    text,
    step            text,
    first_position  bigint,                       -- of a sighting or collision: the event first seen under this identifier
    commitment      bytea not null,
    leaf            bytea not null
);
create index log_stream on trace.log (stream_id, version);

create index log_first on trace.log (first_position) where first_position is not null;

-- what a source says of an event beside the event. below_seal: it came where nothing could come any more; completes:
-- it stands where `other` was read while it was still being written
create table trace.note (
    position bigint not null,
    kind     text not null,
    other    bigint not null default 0,
    primary key (position, kind, other)
);
create index note_other on trace.note (other);

-- lines that break off, and whose event's identifier they tell: what is read whole under it and begins alike completes
-- them (audit/log/torn.py)
create table trace.torn (
    position  bigint primary key,
    event_id  text not null,
    source_id integer,                            -- the source that it must be of; null: the line names it itself
    length    integer not null,
    digest    bytea not null                      -- keyed, of so many bytes
);
create index torn_event on trace.torn (event_id);

create table trace.identity (
    event_id  text not null,
    source_id integer not null,
    position  bigint not null,
    digest    bytea not null,                     -- keyed (never a bare hash): tells a redelivery from a collision
    primary key (event_id, source_id)
);

-- what was read and is not in its source any more, or not as it was: noticed, and perhaps healed, by the source's clock.
-- serial counts on with every change, for the projections
create table trace.alarm (
    position   bigint not null,
    kind       text not null,                     -- changed, gone
    noticed_at timestamptz not null,
    healed_at  timestamptz,
    serial     bigint not null,
    primary key (position, kind)
);
create index alarm_serial on trace.alarm (serial);

-- status: 0 readable, 1 sealed whole (unknown type or stream), 2 unreadable (problem says why), 3 unreadable and undated
create table trace.payload (
    position    bigint not null primary key,
    status      smallint not null,
    encoding    text not null,
    data_length integer not null,
    salt        bytea not null,
    skeleton    bytea not null,
    problem     text,
    place       text
);

create table trace.data_key (
    id           bigint generated always as identity primary key,
    owner_kind   text not null,                   -- a subject kind, 'stream' or 'source'
    owner_key    text not null,
    wrapped      bytea,                           -- null once destroyed
    created_at   timestamptz not null default now(),
    destroyed_at timestamptz,
    serial       integer not null default 1,      -- an owner whose key was destroyed gets no other
    unique (owner_kind, owner_key, serial)
);

-- what was erased, for whom: its receipt, which stands outside the database too (audit/erasing)
create table trace.erasure (
    name         text primary key,                -- of the receipt
    subject_kind text not null,
    subject_key  text not null,
    receipt      jsonb not null,
    erased_at    timestamptz not null,
    approval_id  bigint unique                    -- that was used up for it; null: restored from its file
);
create index erasure_owners on trace.erasure using gin ((receipt -> 'owners')) with (fastupdate = off);

create table trace.segment (
    position   bigint not null,
    ordinal    smallint not null,
    start      integer not null,                  -- byte offset in the original
    enclosed   integer not null default 0,        -- bytes that had been cut out of it before it was cut out itself
    path       text not null,                     -- "data.receiver.name"; "" for a payload sealed whole
    key_id     bigint not null,                   -- of data_key, which loses no row; a check for each piece costs too much
    salt       bytea not null,
    nonce      bytea not null,
    ciphertext bytea not null,
    commitment bytea not null,
    primary key (position, ordinal)
);

-- What was sealed anew because a later model declared it personal: what such an entry is committed to now, and which of
-- our own records says so. The last one of a position holds (trace.seal_anew).
create table trace.recommitment (
    position   bigint not null,
    record_id  bigint not null,
    commitment bytea not null,
    primary key (position, record_id)
);

-- A model that took another's place: whether all that was read before it came into force is sealed as it wants it
create table trace.declaring (
    model_hash text primary key,
    upto       bigint not null,                   -- the last entry that may have been read by an earlier one
    done       bigint not null default 0,         -- only the owner says so (01_trace_sealing_anew.sql)
    unsealed   bigint[] not null default '{}'     -- entries that cannot be cut without becoming others: left in the clear
);

-- what such a model calls personal, of each lane's types of events: only that may be sealed anew
create table trace.personal (
    model_hash text not null,
    lane       text not null,
    type       text not null,
    path       text[] not null,
    primary key (model_hash, lane, type, path)
);

-- whose lane a stream is by such a model: of the patterns that are like its name the one with the most literal characters
create table trace.personal_lane (
    model_hash text not null,
    pattern    text not null,                     -- as LIKE has it
    literals   integer not null,
    lane       text,                              -- null: of no lane, derived
    primary key (model_hash, pattern)
);

-- personal identifiers that may be searched, exactly and blind: HMAC of name and normalised value
create table trace.blind (
    digest   bytea not null,
    position bigint not null,
    piece    smallint not null,                   -- the segment's ordinal that it is of; -1: of which is not known
    primary key (digest, position)
);

-- seen, logged, and not yet final
create table trace.pending (
    source_id       integer not null,
    source_position bigint not null,
    position        bigint not null,
    primary key (source_id, source_position, position)
);

-- final, and not yet projected: moved here from pending by the log's transaction, taken out by the projections'
create table trace.released (
    source_id       integer not null,
    source_position bigint not null,
    position        bigint not null,
    primary key (source_id, source_position, position)
);

create table trace.subject (
    id   bigint generated always as identity primary key,
    kind text not null,
    key  text not null,
    unique (kind, key)
);
create index subject_prefix on trace.subject (key text_pattern_ops);

create table trace.place (
    id         bigint generated always as identity primary key,
    book       text not null,
    kind       text not null,
    key        text not null,
    currency   text not null,
    unique (book, kind, key, currency)
);

create table trace.model (
    hash        text primary key,
    source      text not null,
    in_force_at timestamptz not null default now()
);

create table trace.generation (
    number     integer primary key,
    model_hash text not null references trace.model,
    state      text not null,                     -- building, current, retired, failed
    progress   jsonb not null default '{}',
    position   bigint not null default 0,         -- everything final up to here is projected
    created_at timestamptz not null default now(),
    switched_at timestamptz
);
create unique index generation_current on trace.generation (state) where state = 'current';

-- a rebuild's work, divided by streams; whoever holds a row's lock is at it
create table trace.generation_part (
    number       integer not null,
    part         integer not null,
    first_stream bigint not null,
    last_stream  bigint not null,
    upto         bigint not null,
    done_at      timestamptz,
    primary key (number, part)
);

-- the only counter of positions; its row lock serialises the writers of the log
create table trace.head (
    is_only  boolean primary key default true check (is_only),
    position bigint not null default 0,
    instance uuid not null default gen_random_uuid()
);
insert into trace.head default values;

-- What is only added to needs to be looked at again only when it has grown by much: looking costs, and little changes.
do $$
declare
    name text;
begin
    foreach name in array '{log, identity, payload, segment, blind, subject, place, stream}'::text[] loop
        execute 'alter table trace.' || name || ' set (autovacuum_vacuum_insert_scale_factor = 2,'
                || ' autovacuum_analyze_threshold = 20000, autovacuum_analyze_scale_factor = 1)';
    end loop;
end $$;
-- Nobody asks for these by their values: sorting samples of them is most of what looking costs.
alter table trace.log alter event_id set statistics 0, alter commitment set statistics 0, alter leaf set statistics 0;
alter table trace.identity alter digest set statistics 0;
alter table trace.payload alter salt set statistics 0, alter skeleton set statistics 0;
alter table trace.segment alter salt set statistics 0, alter nonce set statistics 0, alter ciphertext set statistics 0,
    alter commitment set statistics 0;

create function trace.refuse_change() returns trigger language plpgsql
set search_path = pg_catalog, trace, pg_temp as $$
begin
    raise exception 'trace.% is append-only: % refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger log_is_append_only before update or delete or truncate on trace.log
    for each statement execute function trace.refuse_change();
create trigger payload_is_append_only before delete or truncate on trace.payload
    for each statement execute function trace.refuse_change();
create trigger note_is_append_only before update or delete or truncate on trace.note
    for each statement execute function trace.refuse_change();
create trigger torn_is_append_only before update or delete or truncate on trace.torn
    for each statement execute function trace.refuse_change();
create trigger identity_is_append_only before update or delete or truncate on trace.identity
    for each statement execute function trace.refuse_change();
create trigger personal_is_append_only before update or delete or truncate on trace.personal
    for each statement execute function trace.refuse_change();
create trigger personal_lane_is_append_only before update or delete or truncate on trace.personal_lane
    for each statement execute function trace.refuse_change();
create trigger recommitment_is_append_only before update or delete or truncate on trace.recommitment
    for each statement execute function trace.refuse_change();
create trigger erasure_is_append_only before update or delete or truncate on trace.erasure
    for each statement execute function trace.refuse_change();
