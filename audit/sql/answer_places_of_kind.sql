-- Long-lived places of a kind that hold something, by key, after a key. Parameters: book, kind, key, currency, how many.
select p.id, p.key, p.currency, b.amount, b.in_order
from trace.place p join balance b on b.place_id = p.id
where p.book = %(book)s and p.kind = %(kind)s and (p.key, p.currency) > (%(after_key)s, %(after_currency)s)
order by p.key, p.currency
limit %(limit)s
