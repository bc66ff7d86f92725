-- What an erasure may destroy in the permanent tables, and what it has to leave behind: everything once and for good, under
-- a receipt, which may follow in the same transaction. Made after 01_trace_owners.sql.

-- A key's receipt says whose it was: it names the owner, or the owner has become the erased subject's alone since
-- (erasure_own.sql).
create function trace.only_destroy() returns trigger language plpgsql
set search_path = pg_catalog, trace, pg_temp as $$
begin
    if (new.id, new.owner_kind, new.owner_key, new.created_at, new.serial) is distinct from
       (old.id, old.owner_kind, old.owner_key, old.created_at, old.serial)
       or old.wrapped is null or new.wrapped is not null or new.destroyed_at is null then
        raise exception 'a key is destroyed once, never changed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create function trace.require_receipt() returns trigger language plpgsql
set search_path = pg_catalog, trace, pg_temp as $$
declare
    owner_name text := new.owner_kind || ':' || new.owner_key;
begin
    if not exists (select from erasure e where e.receipt -> 'owners' ? owner_name)
       and not exists (
           select from erasure e where has_become_own(owner_name, e.subject_kind || ':' || e.subject_key)) then
        raise exception 'no receipt says that % was erased', owner_name using errcode = 'insufficient_privilege';
    end if;
    if hold_on(owner_name) is not null then
        raise exception 'a legal hold stands on %', owner_name using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;
-- A receipt needs an approval that was used up for it alone, whether the role erasure likes it or not: of this subject,
-- by these two people, of nobody's data else, and no hold may stand. The owner restores those that stand as files.
create function trace.require_approval() returns trigger language plpgsql
set search_path = pg_catalog, trace, pg_temp as $$
declare
    subject_name text := new.subject_kind || ':' || new.subject_key;
    stranger text;
begin
    new.approval_id := null;
    if pg_has_role(current_user, 'whereabouts_owner', 'usage') then
        return new;
    end if;
    select a.id into new.approval_id
    from public.approval a
    where a.id::text = new.receipt ->> 'approval' and a.kind = 'erasure' and a.state = 'used'
      and a.what in (subject_name, subject_name || ', despite retention')
      and new.receipt ->> 'subject' = subject_name and new.receipt ->> 'name' = new.name
      and a.requester = new.receipt ->> 'requested_by' and a.approver = new.receipt ->> 'approved_by';
    if new.approval_id is null then
        raise exception 'no second person has approved that % is erased', subject_name
            using errcode = 'insufficient_privilege';
    end if;
    select o into stranger
    from jsonb_array_elements_text(new.receipt -> 'owners') o
    where o <> subject_name and not has_become_own(o, subject_name)
    limit 1;
    if stranger is not null then
        raise exception '% is not of % alone', stranger, subject_name using errcode = 'insufficient_privilege';
    end if;
    if new.erased_at > clock_timestamp() + interval '1 minute' then
        raise exception 'a receipt is of when it is written' using errcode = 'insufficient_privilege';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('legal_hold', 0));  -- none is placed until this is committed
    if hold_on(subject_name) is not null or exists (
        select from jsonb_array_elements_text(new.receipt -> 'owners') o where hold_on(o) is not null) then
        raise exception 'a legal hold stands' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger erasure_is_approved before insert on trace.erasure
    for each row execute function trace.require_approval();
create trigger data_key_is_only_destroyed before update on trace.data_key
    for each row execute function trace.only_destroy();
create constraint trigger data_key_has_receipt after insert or update on trace.data_key
    deferrable initially deferred for each row when (new.wrapped is null) execute function trace.require_receipt();
-- A single piece's receipt: its key is destroyed (which needs one), or one names its event and path, or it stands in what
-- the erased subject took part in.
create function trace.only_empty() returns trigger language plpgsql
set search_path = pg_catalog, trace, pg_temp as $$
begin
    if length(new.salt) + length(new.nonce) + length(new.ciphertext) > 0
       or (new.position, new.ordinal, new.start, new.path, new.key_id, new.commitment) is distinct from
          (old.position, old.ordinal, old.start, old.path, old.key_id, old.commitment) then
        raise exception 'a sealed piece is emptied, never changed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create function trace.require_receipt_of_piece() returns trigger language plpgsql
set search_path = pg_catalog, trace, pg_temp as $$
declare
    held text := (select hold_on(k.owner_kind || ':' || k.owner_key) from data_key k
                  where k.id = new.key_id and k.wrapped is not null);
begin
    if held is not null then
        raise exception 'a legal hold stands on %, whose % of entry % is', held, new.path, new.position
            using errcode = 'insufficient_privilege';
    end if;
    if exists (select from data_key k where k.id = new.key_id and k.wrapped is null)
       or exists (
           select from log l
           join log first on first.position = coalesce(l.first_position, l.position)
           join erasure e on exists (
               select from jsonb_array_elements(e.receipt -> 'others') o
               where o ->> 1 = first.event_id and o ->> 2 = new.path)
           where l.position = new.position and e.approval_id is null)  -- restored by the owner; else its own word is none
       or stands_beside_erased(new.position) then
        return null;
    end if;
    raise exception 'no receipt says that % of entry % was erased', new.path, new.position
        using errcode = 'insufficient_privilege';
end $$;
-- What may be searched blind goes only where the very piece that it is of is emptied, which needs a receipt; where that is
-- not known, only where all of the entry's are.
create function trace.may_be_forgotten(at bigint, piece smallint) returns boolean language sql stable
set search_path = pg_catalog, trace, pg_temp as $$
    select coalesce(bool_and(length(g.ciphertext) = 0), false)
    from segment g where g.position = at and (g.ordinal = piece or piece < 0)
$$;
create function trace.require_emptied() returns trigger language plpgsql
set search_path = pg_catalog, trace, pg_temp as $$
begin
    if not may_be_forgotten(old.position, old.piece) then
        raise exception 'nothing of entry % was erased', old.position using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;
create constraint trigger blind_has_emptied after delete on trace.blind
    deferrable initially deferred for each row execute function trace.require_emptied();
create trigger segment_is_only_emptied before update on trace.segment
    for each row execute function trace.only_empty();
create constraint trigger segment_has_receipt after update on trace.segment
    deferrable initially deferred for each row execute function trace.require_receipt_of_piece();
create trigger segment_is_kept before delete or truncate on trace.segment
    for each statement execute function trace.refuse_change();
create trigger data_key_is_kept before delete or truncate on trace.data_key
    for each statement execute function trace.refuse_change();
