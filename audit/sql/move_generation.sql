-- Everything final up to this position is projected. Parameters: position, generation.
update trace.generation set position = %s where number = %s
