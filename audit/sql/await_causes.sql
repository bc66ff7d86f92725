-- Events whose cause is not there yet or came amiss: another source's event of that identifier may yet come in order.
-- Parameters: positions, whether each was told of.
insert into awaited (position, causation, recorded_at, is_told)
select l.position, l.causation_id, l.recorded_at, n.is_told
from unnest(%s::int8[], %s::bool[]) as n (position, is_told) join trace.log l on l.position = n.position
on conflict (position) do update set is_told = excluded.is_told
returning causation
