-- How far a round has come. Parameters: our position, whether it is over, source.
update trace.source s set recount_from = w.upto,
    recount_at = case when w.is_over then s.watermark + interval '1 day' else s.recount_at end
from (select %s::int8 as upto, %s::bool as is_over, %s::text as name) w where s.name = w.name
