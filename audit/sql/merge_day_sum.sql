-- Sums by day are added to.
insert into day_sum (place_id, recorded_day, occurred_day, incoming, outgoing, entries)
select * from unnest(%s::int8[], %s::date[], %s::date[], %s::numeric[], %s::numeric[], %s::int8[])
on conflict (place_id, recorded_day, occurred_day) do update set
    incoming = day_sum.incoming + excluded.incoming, outgoing = day_sum.outgoing + excluded.outgoing,
    entries = day_sum.entries + excluded.entries
