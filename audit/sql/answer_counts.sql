-- The counters of the read model, and where the log and the projections stand.
select c.name, c.value from counts c
union all
select 'position', g.position from trace.generation g where g.state = 'current'
union all
select 'open_flows', count(*) from flow where is_open
