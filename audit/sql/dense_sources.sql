-- The sources that number what they append by themselves; of event files we number the bytes.
select id, name from trace.source where kind not in ('files', 'console')
