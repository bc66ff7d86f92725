-- A subject's own identifier. Parameters: kind, key.
select id from subject where kind = %s and key = %s
