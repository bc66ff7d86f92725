-- What was cut out of payloads, where, what was committed to for each, and the key where it still lives. Parameters: behind
-- which position, up to which.
select g.position, g.ordinal, g.start, g.key_id, g.path, g.nonce, g.ciphertext, k.owner_kind, k.owner_key,
       coalesce(k.wrapped, ''), g.salt, g.commitment
from trace.segment g join trace.data_key k on k.id = g.key_id
where g.position > %s and g.position <= %s order by g.position, g.start, g.ordinal
