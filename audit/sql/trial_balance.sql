-- Stored sums that are not what the movements sum to, with the last event of the place, kind or book (else of the log).
with summed as materialized (
    select e.place_id, sum(e.amount) as amount, count(*) as entries from entry e group by e.place_id
), stored as (
    select 'The balance' as what, b.place_id, b.amount, b.entries from balance b
    union all
    select 'The sum of the days', d.place_id, sum(d.incoming) - sum(d.outgoing), sum(d.entries)
    from day_sum d group by d.place_id
    union all
    select 'The running balance', l.place_id, max(l.balance), max(s.entries)
    from (select e.place_id, e.balance, e.recorded_at = max(e.recorded_at) over (partition by e.place_id) as is_last
          from entry e join balance b on b.place_id = e.place_id and b.in_order
          where e.balance is not null) l
    join summed s using (place_id)
    where l.is_last group by l.place_id having not bool_or(l.balance = s.amount)
), of_places as (
    select t.what, p.id as place_id, p.book, p.kind, p.book || '/' || p.kind || ':' || p.key as name, p.currency,
           t.amount as stored, coalesce(s.amount, 0) as summed
    from stored t left join summed s using (place_id) join trace.place p on p.id = t.place_id
    where t.amount <> coalesce(s.amount, 0) or t.entries <> coalesce(s.entries, 0)
), kinds as (
    select p.book, p.kind, p.currency, sum(s.amount) as amount, sum(s.entries) as entries
    from summed s join trace.place p on p.id = s.place_id group by p.book, p.kind, p.currency
), of_kinds as (
    select 'The sum' as what, null::int8, book, kind, book || '/' || kind, currency, coalesce(t.amount, 0),
           coalesce(k.amount, 0)
    from kind_total t full join kinds k using (book, kind, currency)
    where coalesce(t.amount, 0) <> coalesce(k.amount, 0) or coalesce(t.entries, 0) <> coalesce(k.entries, 0)
), of_books as (
    select 'The whole', null::int8, book, null::text, book, currency, sum(amount), 0::numeric
    from kinds group by book, currency having sum(amount) <> 0
), wrong (what, place_id, book, kind, name, currency, stored, summed) as (
    select * from of_places union all select * from of_kinds union all select * from of_books
)
select w.what, w.name, w.currency, w.stored, w.summed, l.position, (extract(epoch from l.recorded_at) * 1000000)::int8
from wrong w
cross join lateral (
    select l.position, l.recorded_at from trace.log l
    where l.position = coalesce(
        (select max(e.position) from entry e join trace.place p on p.id = e.place_id
         where (w.place_id is null and p.book = w.book and (w.kind is null or p.kind = w.kind) and p.currency = w.currency)
            or e.place_id = w.place_id),
        (select max(position) from trace.log))
) l
order by w.what, w.name, w.currency
