-- Take what people wrote about any of some subjects until a time. Parameters: subjects, the time.
update public.kept_text
set wrapped = null, salt = null, nonce = null, ciphertext = null, erased_at = clock_timestamp()
where subjects ?| %(subjects)s and written_at <= %(until)s and wrapped is not null
