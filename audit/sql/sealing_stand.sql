-- How far the log is sealed, signed and published; late where that lies too far back; alarms about it. Parameter: seconds.
select h.position,
       (select coalesce(max(number) + 1, 0) * 256 from trace.tree_node where level = 8),
       coalesce(c.size, 0), c.signed_at, s.published, s.published_at, s.trouble,
       h.position > coalesce(c.size, 0) and coalesce(s.sealed_at, '-infinity') < now() - make_interval(secs => %s),
       (select count(*) from trace.own_alarm where healed_at is null)
from trace.head h
cross join trace.sealing s
left join lateral (select size, signed_at from trace.checkpoint order by size desc limit 1) c on true
