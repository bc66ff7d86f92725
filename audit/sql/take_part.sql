-- A part that nobody is at; it is ours until the transaction ends. Parameter: generation.
select part, first_stream, last_stream, upto from trace.generation_part
where number = %s and done_at is null order by part limit 1 for update skip locked
