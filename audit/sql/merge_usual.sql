-- How long reactions take, by expectation and bucket. Parameters: expectations, buckets, differences.
insert into usual (expectation, bucket, reactions) select * from unnest(%s::int2[], %s::int2[], %s::int8[])
on conflict (expectation, bucket) do update set reactions = usual.reactions + excluded.reactions
