-- Texts written before a time and not erased, about nobody who is held; those of a case are about all its customers.
-- Parameters: the time, who is held.
select k.id
from public.kept_text k
where k.written_at < %(before)s and k.wrapped is not null and not k.subjects ?| %(held)s and not exists (
    select from public.case_entry t
    join public.case_entry e on e.case_id = t.case_id
    where t.text_id = k.id and (e.subject = any(%(held)s) or e.customers ?| %(held)s)
)
order by k.id
