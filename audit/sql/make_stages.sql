-- Staging tables of a projector's connection: columns as their targets, no indexes, emptied at commit.
create temp table if not exists stage_link (like link) on commit delete rows;
create temp table if not exists stage_memory (like memory) on commit delete rows;
create temp table if not exists stage_aggregate (like aggregate) on commit delete rows;
create temp table if not exists stage_day_sum (like day_sum) on commit delete rows;
create temp table if not exists stage_balance (like balance) on commit delete rows;
create temp table if not exists stage_passage (like passage) on commit delete rows;
create temp table if not exists stage_kind_total (like kind_total) on commit delete rows;
create temp table if not exists stage_flow (like flow including defaults) on commit delete rows;
create temp table if not exists stage_dirty (like dirty) on commit delete rows;
create temp table if not exists stage_identifier (like identifier) on commit delete rows;
create temp table if not exists stage_counts (like counts) on commit delete rows;
create temp table if not exists stage_finding (like finding) on commit delete rows;
