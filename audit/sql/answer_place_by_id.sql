-- A place by our identifier.
select book, kind, key, currency from trace.place where id = %s
