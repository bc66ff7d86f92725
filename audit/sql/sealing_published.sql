-- A checkpoint stands outside the database.
update trace.sealing set published = greatest(published, %s), published_at = clock_timestamp()
