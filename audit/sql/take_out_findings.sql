-- Take back what was found in a stream's own order. Parameters: positions, rules.
delete from finding where opened_by = any(%s) and rule = any(%s)
