-- What one flow's own place holds at a moment, summed over its few entries. Parameters: place and moment.
select coalesce(sum(e.amount), 0), count(*) from entry e
where e.place_id = %(place)s
  and (e.recorded_at, e.source_id, e.source_position) <= (%(recorded)s, %(source)s, %(order)s)
  and (e.occurred_at < %(occurred)s or e.occurred_at = %(occurred)s
       and (e.recorded_at, e.source_id, e.source_position) <= (%(tie_recorded)s, %(tie_source)s, %(tie_order)s))
