-- Whether anything became final after it was logged and is not yet projected. Parameter: up to which position.
select 1 from trace.released where position <= %s limit 1
