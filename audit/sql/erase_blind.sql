-- Forget what may be searched blind: of some events everything, of others some values. Parameters: own, others, digests.
delete from trace.blind
where position = any(%(own)s) or (position = any(%(others)s) and digest = any(%(digests)s))
