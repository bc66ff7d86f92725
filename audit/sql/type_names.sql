-- Types as they are written, by their oids.
select oid::bigint, format_type(oid, null) from unnest(%s::bigint[]::oid[]) as t (oid)
