-- Balances of places are added to.
insert into balance (place_id, amount, entries, recorded_at, in_order)
select * from unnest(%s::int8[], %s::numeric[], %s::int8[], %s::timestamptz[], %s::bool[])
on conflict (place_id) do update set
    amount = balance.amount + excluded.amount, entries = balance.entries + excluded.entries,
    recorded_at = greatest(balance.recorded_at, excluded.recorded_at), in_order = excluded.in_order
