-- Take what people wrote about any of some subjects until a time, and all that was written in cases about one of them.
-- Parameters: subjects, the same as JSON arrays of one each, the time.
update public.kept_text
set wrapped = null, salt = null, nonce = null, ciphertext = null, erased_at = clock_timestamp()
where id in (
    select k.id from public.kept_text k where k.subjects @> any(%(each)s::jsonb[])
    union
    select t.text_id
    from public.case_entry t
    where t.case_id in (
        select e.case_id from public.case_entry e where e.subject = any(%(subjects)s)
        union
        select e.case_id from public.case_entry e where e.customers @> any(%(each)s::jsonb[])
    )
) and written_at <= %(until)s and wrapped is not null
