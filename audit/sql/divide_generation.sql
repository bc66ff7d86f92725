-- Parts of about `size` streams each, in the order the streams were first seen.
insert into trace.generation_part (number, part, first_stream, last_stream, upto)
select g.number, n, n * %(size)s + 1, (n + 1) * %(size)s, g.position
from trace.generation g,
     generate_series(0, (select coalesce(max(id), 1) - 1 from trace.stream) / %(size)s) as n
where g.number = %(number)s
