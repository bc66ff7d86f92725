-- The newest signed checkpoint.
select note, signed_at from trace.checkpoint order by size desc, signed_at desc limit 1
