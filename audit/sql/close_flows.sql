-- Flows that are over leave the lists of their accounts and customers. Parameter: flows.
delete from open_flow o using link l
where l.subject_id = any(%s) and o.subject_id = l.other_id and o.flow_id = l.subject_id
