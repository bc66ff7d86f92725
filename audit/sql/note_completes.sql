-- Events that were read before while they were still being written. Parameters: positions, the identifiers that they
-- had then, source.
insert into trace.note (position, kind, other)
select w.position, 'completes', i.position
from unnest(%s::int8[], %s::text[]) as w (position, event_id)
join trace.identity i on i.event_id = w.event_id and i.source_id = %s
where not exists (select from trace.note n where n.other = i.position and n.kind = 'completes')
