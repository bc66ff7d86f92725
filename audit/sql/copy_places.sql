-- New places under identifiers taken beforehand.
copy trace.place (id, book, kind, key, currency) from stdin (format binary)
