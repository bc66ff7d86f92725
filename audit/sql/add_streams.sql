-- Identifiers for those of these streams of one source that have none yet. Writers are serialised by trace.head.
-- Parameters: source, names (sorted).
insert into trace.stream (source_id, name) select %s, n.name from unnest(%s::text[]) as n (name)
on conflict (source_id, name) do nothing returning id, name
