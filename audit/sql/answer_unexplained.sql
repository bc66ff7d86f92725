-- How many subjects have an open finding, and the money of open findings by currency.
select (select count(distinct subject_id) from finding where state = 'open'),
       (select coalesce(jsonb_object_agg(m.currency, m.units::text), '{}')
        from (select e.value ->> 1 as currency, sum((e.value ->> 0)::numeric) as units
              from finding o cross join jsonb_array_elements(o.money) e
              where o.state = 'open' group by 1) m)
