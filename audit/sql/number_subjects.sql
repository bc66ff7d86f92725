-- Identifiers for so many new subjects.
select nextval('trace.subject_id_seq') from generate_series(1, %s)
