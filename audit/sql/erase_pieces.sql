-- Take salts and texts of everything sealed under destroyed keys; their commitments stay. Parameter: keys.
update trace.segment set salt = '', nonce = '', ciphertext = ''
where key_id = any(%s) and length(ciphertext) > 0
returning position
