-- Identifiers for so many new streams.
select nextval('trace.stream_id_seq') from generate_series(1, %s)
