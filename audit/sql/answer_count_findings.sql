-- How many findings there are of what was chosen, counted up to a limit.
select count(*)
from (select from finding f
      where (%(rule)s = '' or f.rule = %(rule)s) and (%(state)s = '' or f.state = %(state)s)
        and (%(severity)s = '' or f.severity = %(severity)s) and f.rule <> all(%(hides)s)
        and (%(cause)s = '' or f.because_of is null)
        and (%(taken)s = '' or (%(taken)s = 'yes') = exists (
            select from audit_record a where a.kind = 'acknowledge' and a.details ->> 'finding' = f.id))
        and (%(currency)s = '' or f.money @> jsonb_build_array(jsonb_build_array(%(currency)s::text)))
        {visible}
      limit %(limit)s) as counted
