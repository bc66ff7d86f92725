-- Identifiers for so many new places.
select nextval('trace.place_id_seq') from generate_series(1, %s)
