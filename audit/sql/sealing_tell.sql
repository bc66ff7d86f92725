-- The watermarks to be written into the log: null where they are those that were written last, or it is too early.
-- Parameter: seconds.
update trace.sealing s set told = m.marks, told_at = clock_timestamp()
from (select jsonb_object_agg(name, to_char(watermark at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') order by name)
             as marks
      from trace.source where kind <> 'console' and watermark is not null) m
where m.marks is distinct from s.told and m.marks is not null
  and coalesce(s.told_at, '-infinity') < now() - make_interval(secs => %s)
returning s.told
