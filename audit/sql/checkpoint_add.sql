-- Keep a signed checkpoint.
insert into trace.checkpoint (size, key_id, root, note) values (%s, %s, %s, %s)
