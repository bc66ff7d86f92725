-- What was found of calls and reactions that subjects join is taken back. Parameters: subjects, rules.
delete from finding where subject_id = any(%s) and rule = any(%s) and numbers->>'by' <> 'correlation'
