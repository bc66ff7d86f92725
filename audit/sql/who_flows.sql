-- Every flow of a kind with what it declares and when it began. Parameter: kind.
select f.subject_id, f.started_at, f.amount, f.currency
from flow f join trace.subject s on s.id = f.subject_id where s.kind = %(kind)s
