-- How many customers some subjects belonged to at a recorded time. Parameters: subjects, time.
select count(*) from (
    select l.other_id from link l
    where l.subject_id = any(%(subjects)s) and l.other_kind = 'customer' and l.first_at <= %(time)s
    union
    select o.customer_id
    from unnest(%(subjects)s::int8[]) as w (id)
    cross join lateral trace.owners(w.id) o
    where not exists (select from link l where l.subject_id = w.id and l.other_kind = 'customer')
      and o.first_at <= %(time)s
) found
