-- The four roles, made once in a cluster by whoever comes first, and allowed to the connecting user.
do $$
declare
    role_name text;
begin
    foreach role_name in array array[
        'whereabouts_owner', 'whereabouts_follower', 'whereabouts_web', 'whereabouts_erasure'
    ] loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin', role_name);
            exception when duplicate_object or unique_violation then null;  -- another process was faster
            end;
        end if;
        begin
            perform set_config('role', role_name, true);
            perform set_config('role', 'none', true);
        exception when insufficient_privilege then
            execute format('grant %I to %I', role_name, session_user);
        end;
    end loop;
    -- Who may make temporary tables could put one before a table of ours.
    execute format('revoke temporary on database %I from public', current_database());
    execute format('grant connect, create, temporary on database %I to whereabouts_owner', current_database());
    execute format('grant connect, create, temporary on database %I to whereabouts_follower', current_database());
    execute format('grant connect on database %I to whereabouts_web, whereabouts_erasure', current_database());
    if not has_schema_privilege('whereabouts_owner', 'public', 'create') then
        grant usage, create on schema public to whereabouts_owner;
        grant usage on schema public to whereabouts_follower, whereabouts_web, whereabouts_erasure;
    end if;
end $$;
