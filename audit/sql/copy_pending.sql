-- Rows of pending, packed by audit/log/rows.py.
copy trace.pending (source_id, source_position, position) from stdin (format binary)
