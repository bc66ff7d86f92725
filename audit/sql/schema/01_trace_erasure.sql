-- What an erasure may destroy in the permanent tables, and what it has to leave behind. Made after 01_trace.sql.

-- A key is destroyed once and for good, and nobody destroys one without leaving a receipt of whose it was: it names the
-- owner, or the owner has become the erased subject's alone since (erasure_own.sql). The receipt may follow in the same
-- transaction.
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
-- Whose a subject is, in the current generation.
create function trace.customers_of(of_kind text, of_key text) returns text[]
language plpgsql stable set search_path = pg_catalog, trace, pg_temp as $$
declare
    used integer := (select g.number from generation g where g.state = 'current');
begin
    if used is null then
        return '{}';
    end if;
    perform set_config('search_path', format('pg_catalog, trace, read_%s, pg_temp', used), true);
    return array(
        select c.kind || ':' || c.key
        from subject s
        cross join lateral owners(s.id) o
        join subject c on c.id = o.customer_id
        where s.kind = of_kind and s.key = of_key);
end $$;
-- The legal hold that keeps what is an owner's: its own, or one of whose it is. This alone says so, here and for who asks
-- before anything is done (audit/erasing/scope.py).
create function trace.hold_on(of_kind text, of_key text) returns text language plpgsql stable
set search_path = pg_catalog, trace, pg_temp as $$
begin
    return (
        select h.subject from public.legal_hold h
        where h.lifted_at is null
          and (h.subject = of_kind || ':' || of_key or h.subject = any(customers_of(of_kind, of_key)))
        limit 1);
end $$;
create function trace.has_become_own(owner_kind text, owner_key text, of_kind text, of_key text) returns boolean
language plpgsql stable set search_path = pg_catalog, trace, pg_temp as $$
declare
    used integer := (select g.number from generation g where g.state = 'current');
    is_own boolean := false;
begin
    if used is not null then
        execute format(
            'select exists (
                 select from subject c
                 join read_%1$s.link l on l.other_id = c.id
                 join subject s on s.id = l.subject_id and s.kind <> c.kind
                 where c.kind = $3 and c.key = $4 and s.kind = $1 and s.key = $2 and not exists (
                     select from read_%1$s.link o
                     where o.subject_id = s.id and o.other_kind = c.kind and o.other_id <> c.id))', used)
        into is_own using owner_kind, owner_key, of_kind, of_key;
    end if;
    return is_own or customers_of(owner_kind, owner_key) = array[of_kind || ':' || of_key];
end $$;
create function trace.require_receipt() returns trigger language plpgsql
set search_path = pg_catalog, trace, pg_temp as $$
begin
    if not exists (select from erasure e where e.receipt -> 'owners' ? (new.owner_kind || ':' || new.owner_key))
       and not exists (
           select from erasure e where has_become_own(new.owner_kind, new.owner_key, e.subject_kind, e.subject_key)) then
        raise exception 'no receipt says that % % was erased', new.owner_kind, new.owner_key
            using errcode = 'insufficient_privilege';
    end if;
    if hold_on(new.owner_kind, new.owner_key) is not null then
        raise exception 'a legal hold stands on %:%', new.owner_kind, new.owner_key
            using errcode = 'insufficient_privilege';
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
    where o <> subject_name and not has_become_own(
        split_part(o, ':', 1), substr(o, strpos(o, ':') + 1), new.subject_kind, new.subject_key)
    limit 1;
    if stranger is not null then
        raise exception '% is not of % alone', stranger, subject_name using errcode = 'insufficient_privilege';
    end if;
    if new.erased_at > clock_timestamp() + interval '1 minute' then
        raise exception 'a receipt is of when it is written' using errcode = 'insufficient_privilege';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('legal_hold', 0));  -- none is placed until this is committed
    if hold_on(new.subject_kind, new.subject_key) is not null or exists (
        select from public.legal_hold h where h.lifted_at is null and new.receipt -> 'owners' ? h.subject) then
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
-- A single piece is emptied once and for good, and only under a receipt: its key is destroyed (which needs one), a receipt
-- names its event and path, or it stands in what the erased subject took part in. The receipt may follow in the same
-- transaction.
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
create function trace.stands_beside_erased(at bigint) returns boolean language plpgsql stable
set search_path = pg_catalog, trace, pg_temp as $$
declare
    used integer := (select g.number from generation g where g.state = 'current');
    is_beside boolean := false;
begin
    if used is not null then
        perform set_config('search_path', format('pg_catalog, trace, read_%s, pg_temp', used), true);
        execute format(
            'select exists (
                 select from erasure e
                 join subject s on s.kind = e.subject_kind and s.key = e.subject_key
                 cross join lateral (
                     select s.id union all select l.other_id from read_%1$s.link l where l.subject_id = s.id
                     union all select w.subject_id from owned_through_flows(s.id) w) beside
                 join log o on o.position = $1
                 join read_%1$s.timeline t on t.subject_id = beside.id and t.recorded_at = o.recorded_at
                     and t.source_id = o.source_id and t.source_position = o.source_position
                     and t.position = o.position)', used)
        into is_beside using at;
    end if;
    return is_beside;
end $$;
create function trace.require_receipt_of_piece() returns trigger language plpgsql
set search_path = pg_catalog, trace, pg_temp as $$
declare
    held text := (select hold_on(k.owner_kind, k.owner_key) from data_key k
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

-- Entries whose payload holds in the clear what the model in force calls personal are sealed anew: each range is cut out
-- of the skeleton and kept as a piece, the payload gets another salt, so that the first commitment tells nothing any more,
-- and a record of our own names each entry's leaf and what it is committed to now. All of it or nothing; nothing else can
-- be changed this way: only whole values are taken, at paths that the follower wrote down as personal when the model came
-- into force (trace.personal); where they stood is reckoned here; their commitments are checked against what stands there,
-- also where the key was destroyed. Under such a key nothing is kept, so that takes an entry in which the erased took part.
-- What a ciphertext says cannot be seen here: check_log opens it (audit/log/reopened.py).
-- `entries`: {"i", "sha256" of the skeleton, "json": how many of its bytes are the payload, "salt"}; `pieces`: {"i",
-- "ordinal", "at" in the skeleton, "length", "is_whole", "path" as a list of names, "key", "salt", "nonce", "ciphertext",
-- "commitment"}, in their order; all bytes hexadecimal.
create function trace.seal_anew(model_hash text, entries jsonb, pieces jsonb, blinds jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, trace, pg_temp as $$
declare
    entry record;
    piece record;
    old_skeleton bytea;
    new_skeleton bytea;
    taken integer;
    is_kept boolean;
    last_ordinal smallint;
    json_length integer;
    expected jsonb;
    record_id bigint;
    told jsonb := '[]';
begin
    if not exists (select from generation g where g.state = 'current' and g.model_hash = seal_anew.model_hash) then
        raise exception 'another model is in force' using errcode = 'insufficient_privilege';
    end if;
    for entry in select (e ->> 'i')::bigint as i, e ->> 'sha256' as digest, decode(e ->> 'salt', 'hex') as salt,
                        (e ->> 'json')::integer as json
                 from jsonb_array_elements(entries) e order by 1 loop
        select p.skeleton into old_skeleton from payload p where p.position = entry.i and p.status = 0 for update;
        if old_skeleton is null or encode(sha256(old_skeleton), 'hex') <> entry.digest or length(entry.salt) <> 32 then
            raise exception 'entry % is not as it was read', entry.i using errcode = 'insufficient_privilege';
        end if;
        select case when p.encoding = 'row' then entry.json else length(old_skeleton) end into json_length
        from payload p where p.position = entry.i;
        expected := convert_from(substr(old_skeleton, 1, json_length), 'UTF8')::jsonb;
        select coalesce(max(s.ordinal), -1) into last_ordinal from segment s where s.position = entry.i;
        new_skeleton := '';
        taken := 0;
        for piece in select p.*, decode(p.ciphertext, 'hex') as sealed, decode(p.salt, 'hex') as own_salt,
                            substr(old_skeleton, p.at + 1, p.length) as plain
                     from jsonb_to_recordset(pieces) as p (
                         i bigint, ordinal smallint, at integer, length integer, is_whole boolean, path text[],
                         key bigint, salt text, nonce text, ciphertext text, commitment text)
                     where p.i = entry.i order by p.at loop
            select k.wrapped is not null into is_kept from data_key k where k.id = piece.key for share;
            if not is_kept and not takes_part(piece.key, entry.i) then
                raise exception 'who was erased took no part in entry %', entry.i
                    using errcode = 'insufficient_privilege';
            end if;
            if not is_declared(seal_anew.model_hash, entry.i, piece.path) then
                raise exception '% of entry % is not personal', piece.path, entry.i
                    using errcode = 'insufficient_privilege';
            end if;
            if is_kept is null or piece.at <= taken or piece.length < 1 or length(piece.plain) <> piece.length
               or piece.ordinal <= last_ordinal or length(piece.own_salt) <> 32
               or encode(sha256('\x02' || piece.own_salt || piece.plain), 'hex') <> piece.commitment
               or is_kept and length(piece.sealed) <> piece.length + 16 then
                raise exception 'a piece of entry % is not what stands there', entry.i
                    using errcode = 'insufficient_privilege';
            end if;
            new_skeleton := new_skeleton || substr(old_skeleton, taken + 1, piece.at - taken)
                || case when piece.is_whole then 'null'::bytea else '' end;
            taken := piece.at + piece.length;
            expected := jsonb_set(expected, piece.path, case
                when piece.is_whole then 'null'
                when jsonb_typeof(expected #> piece.path) = 'string' then '""'
                when jsonb_typeof(expected #> piece.path) = 'object' then '{}'
                else '[]' end::jsonb, false);
            insert into segment (position, ordinal, start, path, key_id, salt, nonce, ciphertext, commitment)
            values (entry.i, piece.ordinal, stood_at(entry.i, last_ordinal, old_skeleton, piece.at),
                    array_to_string(piece.path, '.'), piece.key,
                    case when is_kept then piece.own_salt else '' end,
                    case when is_kept then decode(piece.nonce, 'hex') else '' end,
                    case when is_kept then piece.sealed else '' end, decode(piece.commitment, 'hex'));
        end loop;
        if taken = 0 then
            raise exception 'nothing of entry % is sealed', entry.i using errcode = 'insufficient_privilege';
        end if;
        new_skeleton := new_skeleton || substr(old_skeleton, taken + 1);
        json_length := json_length + length(new_skeleton) - length(old_skeleton);
        if convert_from(substr(new_skeleton, 1, json_length), 'UTF8')::jsonb is distinct from expected then
            raise exception 'entry % would say something else than before', entry.i
                using errcode = 'insufficient_privilege';
        end if;
        update payload p set salt = entry.salt, skeleton = new_skeleton
        where p.position = entry.i;
    end loop;
    insert into blind (digest, position, piece)
    select decode(b ->> 'digest', 'hex'), (b ->> 'i')::bigint, (b ->> 'piece')::smallint from jsonb_array_elements(blinds) b
    where exists (select from jsonb_array_elements(entries) e where e -> 'i' = b -> 'i')
      and exists (select from segment g where g.position = (b ->> 'i')::bigint and length(g.ciphertext) > 0
                  and (b ->> 'piece')::smallint in (g.ordinal, -1))
    on conflict do nothing;
    select coalesce(jsonb_agg(jsonb_build_object(
        'i', l.position, 'leaf', encode(l.leaf, 'hex'), 'commitment', encode(committed_to(l.position), 'hex'))
        order by l.position), '[]')
    into told
    from log l where l.position in (select (e ->> 'i')::bigint from jsonb_array_elements(entries) e);
    record_id := public.own_record('sealed_anew', jsonb_build_object('model', model_hash, 'entries', told));
    insert into recommitment (position, record_id, commitment)
    select (t ->> 'i')::bigint, record_id, decode(t ->> 'commitment', 'hex') from jsonb_array_elements(told) t;
    return record_id;
end $$;
-- That all is sealed up to an entry is the owner's word alone: who claims it too early leaves the rest in the clear.
create function trace.only_begin_anew() returns trigger language plpgsql
set search_path = pg_catalog, trace, pg_temp as $$
begin
    if new.done > old.done and not pg_has_role(current_user, 'whereabouts_owner', 'usage') then
        raise exception 'only the owner says what is sealed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger declaring_is_the_owners before update on trace.declaring
    for each row execute function trace.only_begin_anew();
-- Whether a path names what the model calls personal in an entry's type, or stands in it. A list's numbers do not count.
create function trace.is_declared(of_model text, at bigint, cut_path text[]) returns boolean language sql stable
set search_path = pg_catalog, trace, pg_temp as $$
    select exists (
        select from log l
        join event_type y on y.id = l.type_id
        join payload p on p.position = l.position
        join personal d on d.model_hash = of_model and d.type = y.name
        cross join lateral (
            select array_agg(n.name order by n.at) as names
            from unnest(cut_path) with ordinality n (name, at)
            where n.name !~ '^[0-9]+$' and (p.encoding = 'row' or n.at > 1)) told
        where l.position = at and (p.encoding = 'row' or cut_path[1] = 'data')
          and told.names[1:cardinality(d.path)] = d.path)
$$;
-- Where in the original a place of the skeleton is: behind each piece that was cut out before it (audit/log/cut.join).
-- How long an erased one was nobody knows: the original cannot be had again, and what is behind it is not reckoned.
create function trace.stood_at(at bigint, last_ordinal smallint, skeleton bytea, place integer) returns integer
language plpgsql stable set search_path = pg_catalog, trace, pg_temp as $$
declare
    piece record;
    cut_out integer := 0;
begin
    for piece in select s.start, length(s.ciphertext) - 16 as length, k.wrapped is null or s.ciphertext = '' as is_erased
                 from segment s join data_key k on k.id = s.key_id
                 where s.position = at and s.ordinal <= last_ordinal order by s.start, s.ordinal loop
        exit when piece.is_erased or piece.start - cut_out > place;
        cut_out := cut_out + piece.length - case
            when substr(skeleton, piece.start - cut_out, 2) in ('""', '{}', '[]') then 0 else 4 end;
    end loop;
    return place + cut_out;
end $$;
-- Whether a key's owner took part in an entry, in the current generation.
create function trace.takes_part(key bigint, at bigint) returns boolean language plpgsql stable
set search_path = pg_catalog, trace, pg_temp as $$
declare
    used integer := (select g.number from generation g where g.state = 'current');
    is_part boolean := false;
begin
    if used is not null then
        execute format(
            'select exists (
                 select from data_key k
                 join subject s on s.kind = k.owner_kind and s.key = k.owner_key
                 join log o on o.position = $2
                 join read_%1$s.timeline t on t.subject_id = s.id and t.recorded_at = o.recorded_at
                     and t.source_id = o.source_id and t.source_position = o.source_position
                     and t.position = o.position
                 where k.id = $1)', used)
        into is_part using key, at;
    end if;
    return is_part;
end $$;
create function trace.sized(told text) returns bytea language sql immutable
set search_path = pg_catalog, pg_temp as $$
    select coalesce(int4send(octet_length(told)) || convert_to(told, 'UTF8'), '\xffffffff')
$$;
-- What a payload as it stands is the commitment of (audit/log/seals.py).
create function trace.committed_to(at bigint) returns bytea language sql stable
set search_path = pg_catalog, trace, pg_temp as $$
    select sha256('\x03' || p.salt || substr(int2send(p.status), 2) || int4send(p.data_length)
                  || sized(p.encoding) || sized(p.problem) || sized(p.place)
                  || int4send(length(p.skeleton)) || p.skeleton || coalesce(g.parts, ''))
    from payload p
    cross join (
        select string_agg(int4send(s.start) || sized(s.path) || s.commitment, ''::bytea order by s.start, s.ordinal) as parts
        from segment s where s.position = at) g
    where p.position = at
$$;
