-- The sequence that a column's numbers come from: as named, as owned by the column, or as its default names it.
with candidate as (
    select to_regclass(%(named)s::text)::oid as oid where %(named)s::text is not null
    union all
    select pg_get_serial_sequence(%(table)s, %(column)s)::regclass::oid
    where %(named)s::text is null and (select relkind from pg_class where oid = to_regclass(%(table)s)) <> 'v'
    union all
    select to_regclass(substring(pg_get_expr(d.adbin, d.adrelid) from $$nextval\('(.+?)'::regclass\)$$))::oid
    from pg_attrdef d
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    where %(named)s::text is null and d.adrelid = to_regclass(%(table)s) and a.attname = %(column)s
)
select s.seqrelid::bigint, s.seqrelid::regclass::text, s.seqstart, s.seqcache, s.seqincrement, s.seqcycle,
       pg_is_in_recovery()
from pg_sequence s
where s.seqrelid = (select c.oid from candidate c where c.oid is not null limit 1)
