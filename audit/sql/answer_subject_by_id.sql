-- A subject by our identifier.
select kind, key from subject where id = %s
