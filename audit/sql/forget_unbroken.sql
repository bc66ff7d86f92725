-- Runs that grew or became part of others. Parameters: source, first numbers.
delete from unbroken where source_id = %s and first_number = any(%s)
