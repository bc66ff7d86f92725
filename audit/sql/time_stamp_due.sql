-- Whether a checkpoint is to be stamped now, whether that is late, and up to which entry was stamped. Parameters: seconds
-- between stamps, seconds that are too long, the newest checkpoint's size.
select t.size < n.newest and t.stamped_at < now() - make_interval(secs => n.every),
       coalesce(nullif(t.stamped_at, '-infinity'), (select min(signed_at) from trace.checkpoint))
           < now() - make_interval(secs => n.late),
       t.size
from (select %s::int8 as every, %s::int8 as late, %s::int8 as newest) n
cross join (select coalesce(max(size), 0) as size, coalesce(max(stamped_at), '-infinity') as stamped_at
            from trace.time_stamp) t
