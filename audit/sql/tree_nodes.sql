-- Stored hashes of a level, from `after` to before `upto`, 256 in a row.
select string_agg(hash, ''::bytea order by number)
from trace.tree_node
where level = %(level)s and number >= %(after)s and number < %(upto)s
group by number >> 8
order by number >> 8
