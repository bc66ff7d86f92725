-- Entries that hold in the clear what the model in force calls personal, for they cannot be cut without becoming others.
select e from trace.declaring d
join trace.generation g on g.state = 'current' and g.model_hash = d.model_hash
cross join unnest(d.unsealed) e order by e
