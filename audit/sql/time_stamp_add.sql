-- Keep a time stamp. Parameters: size, note, token.
insert into trace.time_stamp (size, note, token) values (%s, %s, %s) on conflict do nothing
