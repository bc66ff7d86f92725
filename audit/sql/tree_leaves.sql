-- Leaves of the entries behind `after` up to `upto`, 256 in a row.
select string_agg(leaf, ''::bytea order by position)
from trace.log
where position > %(after)s and position <= %(upto)s
group by (position - 1) >> 8
order by (position - 1) >> 8
