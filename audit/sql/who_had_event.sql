-- Subjects of a kind on whose timelines an event of some types stands, and the last one's time. The events come first,
-- however many the planner takes them for; of few subjects each one's kind is looked up, else who is of the kind.
-- Parameters: kind, numbers of types, time, how many are few.
with had as materialized (
    select t.subject_id, max(t.recorded_at) as at
    from unnest(%(meanings)s::int4[]) as m (meaning)
    cross join lateral (
        select subject_id, recorded_at from timeline where meaning = m.meaning and recorded_at <= %(time)s offset 0
    ) t
    group by t.subject_id
)
select h.subject_id, h.at
from had h
where case when (select count(*) from had) <= %(few)s
           then (select s.kind = %(kind)s from trace.subject s where s.id = h.subject_id)
           else h.subject_id in (select id from trace.subject where kind = %(kind)s) end
