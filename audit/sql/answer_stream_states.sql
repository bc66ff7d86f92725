-- Every state that some streams (and their items) were ever in. Parameter: streams.
select stream_id, item, source_position, recorded_at, occurred_at, position, value
from change
where stream_id = any(%s) and field = ''
order by stream_id, item, source_position
