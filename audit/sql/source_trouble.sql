-- Why a source cannot be read now. Parameters: text, source, lease.
update trace.source set trouble = %s, polled_at = clock_timestamp() where id = %s and lease = %s
