-- What belongs to the bank as a whole: that this database is its own, and which history stands in it.
create schema if not exists bank;
create table if not exists bank.history (
    seed      text not null,
    anchor    timestamptz not null,
    events    bigint not null,
    quiet     text[] not null,              -- accounts that take no part any more
    answers   text not null,
    loaded_at timestamptz not null default clock_timestamp()
);
create sequence if not exists bank.number;
