-- Take back what was found in a stream's own order, but not what reading its source again has shown. Parameters:
-- positions, rules.
delete from finding where opened_by = any(%s) and rule = any(%s) and numbers->>'noticed' is null
