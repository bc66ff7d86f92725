-- The oldest ties that wait to be numbered; taken out. Parameter: how many batches.
with taken as (
    delete from tied where serial in (select serial from tied order by serial limit %s)
    returning serial, subjects, positions
)
select subjects, positions from taken order by serial
