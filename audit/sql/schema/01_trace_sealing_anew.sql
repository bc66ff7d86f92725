-- How older entries are sealed as a later model wants them. Made after 01_trace_erasure.sql.

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
    first_byte integer;
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
            first_byte := stood_at(entry.i, last_ordinal, old_skeleton, piece.at);
            insert into segment (position, ordinal, start, enclosed, path, key_id, salt, nonce, ciphertext, commitment)
            values (entry.i, piece.ordinal, first_byte,
                    stood_at(entry.i, last_ordinal, old_skeleton, piece.at + piece.length) - first_byte - piece.length,
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
-- Whether a path names what the model calls personal in an entry's type, as the lane of its stream has it, or stands in it.
-- A list's numbers do not count.
create function trace.is_declared(of_model text, at bigint, cut_path text[]) returns boolean language sql stable
set search_path = pg_catalog, trace, pg_temp as $$
    select exists (
        select from log l
        join event_type y on y.id = l.type_id
        join payload p on p.position = l.position
        join stream s on s.id = l.stream_id
        join personal d on d.model_hash = of_model and d.type = y.name and d.lane = (
            select n.lane from personal_lane n where n.model_hash = of_model and s.name like n.pattern
            order by n.literals desc limit 1)
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
    upto integer := 0;
begin
    for piece in select s.start, length(s.ciphertext) - 16 + s.enclosed as length,
                        k.wrapped is null or s.ciphertext = '' as is_erased
                 from segment s join data_key k on k.id = s.key_id
                 where s.position = at and s.ordinal <= last_ordinal order by s.start, s.ordinal desc loop
        exit when piece.is_erased or piece.start - cut_out > place;
        continue when piece.start < upto;  -- it stands in one that was cut out after it
        upto := piece.start + piece.length;
        cut_out := cut_out + piece.length - case
            when substr(skeleton, piece.start - cut_out, 2) in ('""', '{}', '[]') then 0 else 4 end;
    end loop;
    return place + cut_out;
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
