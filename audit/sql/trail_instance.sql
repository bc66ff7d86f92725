-- Which instance's log this is, and how far it goes.
select instance, position from trace.head
