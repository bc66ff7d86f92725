-- What was found of these calls and reactions is taken back, and is nobody's cause any more. Parameters: subjects,
-- expectations, positions of the events (of one length), rules.
with gone as (
    delete from finding f
    using unnest(%s::int8[], %s::int8[], %s::int8[]) as n (subject_id, expectation, position)
    where f.opened_by = n.position and f.subject_id = n.subject_id and (f.numbers->>'expectation')::int8 = n.expectation
      and f.rule = any(%s)
    returning f.id
)
update finding set because_of = null where because_of in (select id from gone)
