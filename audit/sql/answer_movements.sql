-- What events moved: the giving side of each movement with the taking place. Parameter: positions.
select e.position, -e.amount, p.id, p.book, p.kind, p.key, c.id, c.kind, c.key, p.currency
from entry e join trace.place p on p.id = e.place_id join trace.place c on c.id = e.counter_id
where e.position = any(%s) and e.ordinal %% 2 = 0
order by e.position, e.ordinal
