-- Who holds the sequence's lock, read after the rows: prepared transactions have no process.
select case when l.pid is null then 'prepared' else l.virtualtransaction end,
       case when l.pid is null
            then 'prepared transaction ' || coalesce(
                (select string_agg(quote_literal(p.gid), ', ') from pg_prepared_xacts p
                 where p.database = current_database()), '')
            else 'process ' || l.pid
                 || coalesce(' of ' || nullif(a.application_name, ''), '')
                 || coalesce(', since ' || to_char(a.xact_start at time zone 'UTC', 'HH24:MI:SS "UTC"'), '')
       end
from pg_locks l
left join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted and l.relation = %s::bigint::oid
  and l.database = (select oid from pg_database where datname = current_database())
order by 1
