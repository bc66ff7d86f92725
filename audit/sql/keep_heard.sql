-- Stretches of time in which a source was heard. Parameters: source; times, orders and positions of first and last.
insert into heard (source_id, first_at, first_order, first_position, last_at, last_order, last_position)
select %s::int4, * from unnest(%s::int8[], %s::int8[], %s::int8[], %s::int8[], %s::int8[], %s::int8[])
