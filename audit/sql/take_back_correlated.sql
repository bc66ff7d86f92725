-- What was found of calls and reactions of correlations is taken back. Parameters: positions of their events, rules.
delete from finding where opened_by = any(%s) and rule = any(%s) and numbers->>'by' = 'correlation'
