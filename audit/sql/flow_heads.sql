-- What is known of flows apart from their movements. Parameter: subject identifiers.
select f.subject_id, s.kind, s.key, f.amount, f.currency, f.state, f.is_final, f.is_failure,
       (extract(epoch from f.state_at) * 1000000)::int8, f.state_position
from flow f join trace.subject s on s.id = f.subject_id where f.subject_id = any(%s) order by s.kind, s.key
