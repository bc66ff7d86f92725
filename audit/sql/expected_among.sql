-- What is kept of these calls: how many reactions each had, which met it, how long that took. Parameters: subjects,
-- expectations, positions of the calls (of one length).
select e.subject_id, e.expectation, e.after_position, e.reactions, e.met_position, e.bucket
from unnest(%s::int8[], %s::int8[], %s::int8[]) as n (subject_id, expectation, after_position)
join expected e on e.subject_id = n.subject_id and e.expectation = n.expectation::int2
    and e.after_position = n.after_position
