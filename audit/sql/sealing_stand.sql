-- How far the log is sealed, signed and published; late where that lies too far back; alarms about it; how many entries
-- could not be sealed anew. Parameter: seconds.
select h.position,
       (select coalesce(max(number) + 1, 0) * 256 from trace.tree_node where level = 8),
       coalesce(c.size, 0), c.signed_at, s.published, s.published_at, s.trouble,
       h.position > coalesce(c.size, 0) and coalesce(s.sealed_at, '-infinity') < now() - make_interval(secs => %s),
       (select count(*) from trace.own_alarm where healed_at is null),
       (select coalesce(max(cardinality(d.unsealed)), 0) from trace.declaring d
        join trace.generation g on g.state = 'current' and g.model_hash = d.model_hash)
from trace.head h
cross join trace.sealing s
left join lateral (select size, signed_at from trace.checkpoint order by size desc limit 1) c on true
