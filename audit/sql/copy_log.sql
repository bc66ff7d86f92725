-- Log rows, packed by audit/log/rows.py.
copy trace.log (
    position, kind, source_id, source_position, stream_id, version, type_id, event_id, occurred_at, recorded_at,
    ingested_at, correlation_id, causation_id, step, first_position, commitment, leaf
) from stdin (format binary)
