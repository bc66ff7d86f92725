-- Runs of a source's numbers. Parameters: source; first numbers, their positions and times, last numbers, their positions.
insert into unbroken (source_id, first_number, first_position, first_at, last_number, last_position)
select %s::int4, * from unnest(%s::int8[], %s::int8[], %s::int8[], %s::int8[], %s::int8[])
