-- Applied by the follower, which owns the schema; nobody but it writes there.
grant usage on schema {schema} to whereabouts_web, whereabouts_owner, whereabouts_erasure;
grant select on all tables in schema {schema} to whereabouts_web, whereabouts_owner, whereabouts_erasure;
alter default privileges in schema {schema}
    grant select on tables to whereabouts_web, whereabouts_owner, whereabouts_erasure;
