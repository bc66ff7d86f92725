-- One append: every row in one statement, so that all bear one recorded time, numbered in their order.
insert into {schema}.events (stream, version, type, event_id, data, metadata, occurred_at)
select stream, version, type, event_id, data, metadata::jsonb, %(occurred)s
from unnest(%(streams)s::text[], %(versions)s::bigint[], %(types)s::text[], %(ids)s::text[], %(data)s::bytea[], %(metadata)s::text[])
     with ordinality as appended (stream, version, type, event_id, data, metadata, place)
order by place
