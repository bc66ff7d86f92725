-- Holders of money that stood in one event with a customer and with no other. Parameters: customer, kinds of holders.
select s.kind, s.key
from link l join subject s on s.id = l.other_id
where l.subject_id = %(customer)s and l.other_kind = any(%(kinds)s)
  and not exists (select from link o
                  where o.subject_id = l.other_id and o.other_kind = 'customer' and o.other_id <> l.subject_id)
order by s.kind, s.key
