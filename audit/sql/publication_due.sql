-- Whether a place is to get the checkpoint of this size now, and what it holds. Only our own bookkeeping is no news, but
-- once a day it gets one anyway. Parameters: place, size, at once, seconds.
select coalesce(p.size, 0) < n.size and (n.at_once or p.place is null or (
           p.published_at < now() - make_interval(secs => n.seconds)
           and (p.published_at < now() - interval '1 day' or exists (
               select from trace.log l join trace.event_type t on t.id = l.type_id
               where l.position > p.size and t.name not in ('publication', 'watermark'))))),
       coalesce(p.size, 0)
from (select %s::text as place, %s::int8 as size, %s::boolean as at_once, %s::int8 as seconds) n
left join trace.publication p on p.place = n.place
