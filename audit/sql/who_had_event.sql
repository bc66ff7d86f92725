-- Subjects of a kind on whose timelines an event of some types stands, and the last one's time.
-- Parameters: kind, numbers of types, time.
select t.subject_id, max(t.recorded_at)
from timeline t join trace.subject s on s.id = t.subject_id
where s.kind = %(kind)s and t.meaning = any(%(meanings)s) and t.recorded_at <= %(time)s
group by t.subject_id
