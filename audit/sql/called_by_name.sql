-- Calls that reactions name as their causes. Parameters: subjects, expectations, identifiers of causes (of one length).
select distinct e.subject_id, e.expectation, e.after_position
from unnest(%s::int8[], %s::int8[], %s::text[]) as n (subject_id, expectation, event_id)
join trace.identity i on i.event_id = n.event_id
join expected e on e.subject_id = n.subject_id and e.expectation = n.expectation::int2 and e.after_position = i.position
