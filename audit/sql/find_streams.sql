-- The identifiers of streams of one source. Parameters: source, names.
select s.id, s.name from trace.stream s where s.source_id = %s and s.name = any(%s::text[])
