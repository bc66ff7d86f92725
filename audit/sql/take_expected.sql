-- Calls whose reactions are others now, or that are none any more, are taken out.
-- Parameters: subjects, expectations, positions of the calls (of one length).
delete from expected e using unnest(%s::int8[], %s::int8[], %s::int8[]) as g (subject_id, expectation, after_position)
where e.subject_id = g.subject_id and e.expectation = g.expectation::int2 and e.after_position = g.after_position
