-- Every flow of a kind that had begun at a recorded time: when it began, what it had declared, whether it is open now,
-- when its last event was. Parameters: kind, time.
select f.subject_id, f.started_at, case when f.declared_at <= %(time)s then f.amount end, f.currency, f.is_open,
       f.changed_at
from flow f join trace.subject s on s.id = f.subject_id
where s.kind = %(kind)s and f.started_at <= %(time)s
