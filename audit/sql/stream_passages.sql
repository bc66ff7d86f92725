-- The states that a stream's events set, each on its day. Parameters: zone, stream.
select position, item, value, (extract(epoch from recorded_at) * 1000000)::int8, (recorded_at at time zone %s)::date
from change where stream_id = %s and field = ''
