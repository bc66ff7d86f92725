-- From where a source is to be read again, and whether its time has come: a day after the last round ended, by its own
-- clock; the first a day after it was first looked at. Parameter: source.
update trace.source set recount_at = coalesce(recount_at, watermark + interval '1 day')
where name = %s and watermark is not null
returning recount_from, recount_from > 0 or watermark >= recount_at
