-- New subjects under identifiers taken beforehand.
copy trace.subject (id, kind, key) from stdin (format binary)
