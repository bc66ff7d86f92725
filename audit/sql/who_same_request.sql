-- Those of some subjects whose request is the same as one's. Parameters: subject, members.
select distinct e.subject_id
from effect m join effect e on e.digest = m.digest
where m.subject_id = %(subject)s and e.subject_id = any(%(members)s)
