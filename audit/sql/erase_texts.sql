-- Take what people wrote about any of some subjects until a time, and all that was written in cases about one of them.
-- Parameters: subjects, the time.
update public.kept_text
set wrapped = null, salt = null, nonce = null, ciphertext = null, erased_at = clock_timestamp()
where (subjects ?| %(subjects)s or id in (
    select t.text_id
    from public.case_entry t
    where t.case_id in (
        select e.case_id from public.case_entry e where e.subject = any(%(subjects)s) or e.customers ?| %(subjects)s
    )
)) and written_at <= %(until)s and wrapped is not null
