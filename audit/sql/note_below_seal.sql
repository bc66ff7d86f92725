-- Events that came where their source had nothing more to come. Parameter: positions.
insert into trace.note (position, kind) select unnest(%s::int8[]), 'below_seal'
