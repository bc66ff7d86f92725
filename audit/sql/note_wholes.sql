-- Events, and what each is the whole of, once: by the first of them. Parameters: positions of both.
insert into trace.note (position, kind, other)
select distinct on (w.torn) w.position, 'completes', w.torn
from unnest(%s::int8[], %s::int8[]) as w (position, torn)
where not exists (select from trace.note n where n.other = w.torn and n.kind = 'completes')
order by w.torn, w.position
