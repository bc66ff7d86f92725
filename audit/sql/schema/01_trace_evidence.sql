-- What proves the log: its tree, keys and checkpoints, what is outside, each customer's numbers, and what is wrong with it.
-- Applied by the first migration behind 01_trace.sql, whose refuse_change guards it.
-- the tree of evidence: hashes of complete subtrees of 2^level entries (audit/log/tree.py)
create table trace.tree_node (
    level  smallint not null,
    number bigint not null,
    hash   bytea not null,
    primary key (level, number)
);

-- a key signs checkpoints of more than `first` entries, until the next one does (audit/log/log_key.py)
create table trace.log_key (
    first  bigint primary key,
    public bytea not null
);

create table trace.checkpoint (
    size      bigint not null,
    key_id    bytea not null,
    root      bytea not null,
    note      text not null,                      -- signed, as it is published
    signed_at timestamptz not null default now(),
    primary key (size, key_id)
);

-- what a time stamping authority answered for a checkpoint (RFC 3161)
create table trace.time_stamp (
    size       bigint not null,
    note       text not null,                     -- the checkpoint, as it was stamped
    token      bytea not null,
    stamped_at timestamptz not null default now(),
    primary key (size, note)
);

-- what each place outside the database holds of the checkpoints (audit/log/publishing.py)
create table trace.publication (
    place        text primary key,
    size         bigint not null,
    published_at timestamptz not null
);

-- what is wrong with the evidence itself: noticed, and perhaps healed. serial counts on with every change, for the
-- projections (audit/log/own_alarms.py)
create table trace.own_alarm (
    rule       text not null,                     -- trail_integrity, trail_incomplete
    class      text not null,
    position   bigint not null,                   -- the first entry that it is about
    noticed_at timestamptz not null default now(),
    healed_at  timestamptz,
    serial     bigint not null,
    what       text not null,                     -- in words, without a personal value
    mend       text not null,
    primary key (rule, class, position)
);
create index own_alarm_serial on trace.own_alarm (serial);

-- how far checkpoints were put outside the database, and what hinders sealing or publishing now
create table trace.sealing (
    is_only      boolean primary key default true check (is_only),
    sealed_at    timestamptz,                     -- when nothing was left to be signed
    published    bigint not null default 0,
    published_at timestamptz,
    trouble      text,
    told         jsonb,                           -- the watermarks that were last written into the log, and when
    told_at      timestamptz,
    checked      bigint not null default 0        -- the entry up to which the log was hashed again in this round
);
insert into trace.sealing default values;

-- the entries of each customer in the order of their numbers, which count on from row to row; `link` is that of the last
-- one (audit/log/links.py). Whose entry it is may become known late: then its number is greater than its position's turn
create table trace.sequence (
    subject_id bigint not null,
    first      bigint not null,                   -- the number of the first of these
    positions  bigint[] not null,
    link       bytea not null,
    primary key (subject_id, first)
);

-- how far entries are numbered: a generation that a rebuild made is compared whole, subject by subject, before its ties
create table trace.sequencing (
    is_only    boolean primary key default true check (is_only),
    generation integer,
    compared   bigint not null default 0,         -- the subject up to which it was
    is_whole   boolean not null default false,    -- compared, or begun empty: what is new stands in its `tied`
    upto       bigint not null default 0          -- the greatest position that was numbered
);
insert into trace.sequencing default values;

-- as of the log (01_trace.sql)
alter table trace.sequence set (autovacuum_vacuum_insert_scale_factor = 2,
    autovacuum_analyze_threshold = 20000, autovacuum_analyze_scale_factor = 1);
alter table trace.sequence alter positions set statistics 0, alter link set statistics 0;

create trigger sequence_is_append_only before update or delete or truncate on trace.sequence
    for each statement execute function trace.refuse_change();
create trigger tree_node_is_append_only before update or delete or truncate on trace.tree_node
    for each statement execute function trace.refuse_change();
create trigger log_key_is_append_only before update or delete or truncate on trace.log_key
    for each statement execute function trace.refuse_change();
create trigger checkpoint_is_append_only before update or delete or truncate on trace.checkpoint
    for each statement execute function trace.refuse_change();
create trigger time_stamp_is_append_only before update or delete or truncate on trace.time_stamp
    for each statement execute function trace.refuse_change();
