-- The latest word on each of some findings. Parameter: their identifiers.
select distinct on (details ->> 'finding') details ->> 'finding', details ->> 'owner', details ->> 'why', ticket, actor,
       recorded_at
from audit_record
where kind = 'acknowledge' and details ->> 'finding' = any(%s)
order by details ->> 'finding', recorded_at desc, id desc
