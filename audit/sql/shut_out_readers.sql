-- No process that reads a source now writes anything more: it must take the source over again.
update trace.source set lease = lease + 1
