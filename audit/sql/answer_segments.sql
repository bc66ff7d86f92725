-- What was cut out of payloads, with the key of each piece where it still lives. Parameter: positions.
select s.position, s.ordinal, s.start, s.key_id, s.path, s.nonce, s.ciphertext, k.owner_kind, k.owner_key,
       coalesce(k.wrapped, '')
from trace.segment s join trace.data_key k on k.id = s.key_id
where s.position = any(%s)
order by s.position, s.start, s.ordinal
