-- What was erased, oldest first.
select name, receipt::text from trace.erasure order by erased_at, name
