-- How many events the log has of each stream up to a place in its source. Parameters: streams, places.
select w.stream_id, count(l.position)
from unnest(%s::bigint[], %s::bigint[]) w (stream_id, upto)
left join trace.log l on l.stream_id = w.stream_id and l.kind = 0 and l.source_position <= w.upto
group by w.stream_id
