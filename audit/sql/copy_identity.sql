-- Identity rows, packed by audit/log/rows.py.
copy trace.identity (event_id, source_id, position, digest) from stdin (format binary)
