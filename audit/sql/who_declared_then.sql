-- What some flows had declared at a time of one clock. Parameters: subjects, time.
select f.subject_id, f.amount, f.currency
from flow f join trace.log d on d.position = f.declared_position
where f.subject_id = any(%(subjects)s) and f.amount is not null and d.{clock} <= %(time)s
