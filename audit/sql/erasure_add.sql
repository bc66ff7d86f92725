-- Remember an erasure. Parameters: name, kind, key, receipt, when.
insert into trace.erasure (name, subject_kind, subject_key, receipt, erased_at)
values (%(name)s, %(kind)s, %(key)s, %(receipt)s, %(at)s)
on conflict (name) do nothing
