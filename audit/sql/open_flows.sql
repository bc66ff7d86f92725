-- Flows that are not over stand on the lists of what they touch. Parameter: flows.
insert into open_flow (subject_id, flow_id)
select l.other_id, l.subject_id from link l where l.subject_id = any(%s) on conflict do nothing
