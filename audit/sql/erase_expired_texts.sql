-- Take texts whose time is over. Parameter: their numbers.
update public.kept_text
set wrapped = null, salt = null, nonce = null, ciphertext = null, erased_at = clock_timestamp()
where id = any(%s) and wrapped is not null
