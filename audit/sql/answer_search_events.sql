-- Events of exactly this identifier, whatever their source. Parameter: text.
select i.position from trace.identity i where i.event_id = %s order by i.source_id limit 20
