-- Flows are judged anew from their first event: what was found before is taken back. Parameters: subjects, rules.
delete from finding where subject_id = any(%s) and rule = any(%s)
