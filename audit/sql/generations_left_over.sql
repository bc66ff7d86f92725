-- Builds that were never finished, and generations retired before the last.
select number from trace.generation where state = 'building'
union
select number from trace.generation where state = 'retired'
