-- What places hold at a moment of the recorded clock: the days before, and the entries within its day.
-- Parameters: places, the day, when it began (in the model's zone), the moment.
select w.place_id,
       coalesce((select sum(d.incoming - d.outgoing) from day_sum d
                 where d.place_id = w.place_id and d.recorded_day < %(day)s), 0)
     + coalesce((select sum(e.amount) from entry e
                 where e.place_id = w.place_id and e.recorded_at >= %(day_began)s
                   and (e.recorded_at, e.source_id, e.source_position) <= (%(recorded)s, %(source)s, %(order)s)), 0)
from unnest(%(places)s::int8[]) as w (place_id)
