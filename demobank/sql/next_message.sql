-- The first message beyond the checkpoint that this service handles.
select id, message_id, type, data, source_events[1], correlation
from {outbox}
where id > (select handled from {checkpoint} where feed = %(feed)s) and type = any(%(types)s)
order by id
limit 1
