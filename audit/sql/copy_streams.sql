-- New streams under identifiers taken beforehand. Writers are serialised by trace.head.
copy trace.stream (id, source_id, name) from stdin (format binary)
