-- All places of each kind, summed over currencies apart.
select book, kind, currency, amount, entries from kind_total order by book, kind, currency
