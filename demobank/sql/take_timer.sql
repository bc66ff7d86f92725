-- The next message that is due, taken in the transaction that handles it.
delete from {schema}.timer
where id = (select id from {schema}.timer where due <= clock_timestamp() order by due, id limit 1 for update skip locked)
returning message
