-- Whose lane a stream is by such a model. Parameters: its hash, patterns, how many of their characters are given, lanes.
insert into trace.personal_lane (model_hash, pattern, literals, lane)
select %s, d.* from unnest(%s::text[], %s::integer[], %s::text[]) d
on conflict do nothing
