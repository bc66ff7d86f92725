-- Take a source over: its row is made where there is none, and a new lease shuts out whoever held it.
-- Parameters: number, name, kind.
insert into trace.source (id, name, kind, lease) values (%s, %s, %s, 1)
on conflict (name) do update set lease = trace.source.lease + 1
returning id, lease, state
