-- Every event of flows in story order (causes aside) with what it moved. Parameter: subject identifiers.
select t.subject_id, (extract(epoch from t.recorded_at) * 1000000)::int8, t.position, p.id, p.book, p.kind, p.key,
       p.currency, e.amount, t.meaning
from timeline t
left join entry e on e.position = t.position and t.flags & 1 = 1
left join trace.place p on p.id = e.place_id
where t.subject_id = any(%s)
order by t.subject_id, t.recorded_at, t.source_id, t.source_position, e.ordinal
