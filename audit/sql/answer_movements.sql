-- Both sides of what events moved, each with what its place's owner held after it: the giving side, then the taking one.
-- Parameter: positions.
select e.position, e.ordinal, e.amount, p.id, p.book, p.kind, p.key, p.currency, e.total
from entry e join trace.place p on p.id = e.place_id
where e.position = any(%s)
order by e.position, e.ordinal
