-- Remove the entries of events and tell what they had added to. Parameters: positions, zone.
with gone as (
    delete from entry where position = any(%(positions)s) returning place_id, recorded_at, occurred_at, amount
)
select g.place_id, p.book, p.kind, p.currency, (g.recorded_at at time zone %(zone)s)::date,
       (g.occurred_at at time zone %(zone)s)::date, g.amount,
       exists (select from balance b where b.place_id = g.place_id)
from gone g join trace.place p on p.id = g.place_id
