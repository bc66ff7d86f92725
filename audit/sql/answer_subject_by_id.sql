-- A subject by our identifier.
select kind, key from trace.subject where id = %s
