-- What events moved: the giving side of each movement and the taking one, with what their owners held after each.
-- Parameter: positions.
select e.position, -e.amount, p.id, p.book, p.kind, p.key, c.id, c.kind, c.key, p.currency, e.total, o.total
from entry e
join trace.place p on p.id = e.place_id
join trace.place c on c.id = e.counter_id
left join entry o on (o.place_id, o.recorded_at, o.source_id, o.source_position, o.ordinal)
                   = (e.counter_id, e.recorded_at, e.source_id, e.source_position, e.ordinal + 1)
where e.position = any(%s) and e.ordinal %% 2 = 0
order by e.position, e.ordinal
