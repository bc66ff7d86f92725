-- A source's checkpoint, in the transaction of its rows; no row is changed when the lease is lost.
update trace.source set
    state = %(state)s, sealed = greatest(sealed, %(sealed)s), watermark = greatest(watermark, %(watermark)s),
    idle = %(idle)s, gaps = %(gaps)s, held_by = %(held_by)s::jsonb, events = events + %(events)s,
    duplicates = duplicates + %(duplicates)s, quarantined = quarantined + %(quarantined)s,
    polled_at = clock_timestamp(), trouble = null, notice = %(notice)s
where id = %(source)s and lease = %(lease)s
