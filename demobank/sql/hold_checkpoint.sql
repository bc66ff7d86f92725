-- Take the checkpoint until the end of the transaction, so that two processes of one service never handle side by side.
insert into {checkpoint} (feed) values (%(feed)s)
on conflict (feed) do update set handled = {checkpoint}.handled
