-- What each role may do, applied as the owner after every migration. Whatever is not named here is refused.
grant usage on schema trace to whereabouts_follower, whereabouts_web, whereabouts_erasure;
grant select on all tables in schema trace to whereabouts_follower, whereabouts_web, whereabouts_erasure;
alter default privileges in schema trace
    grant select on tables to whereabouts_follower, whereabouts_web, whereabouts_erasure;

-- The follower appends, and moves its own marks on.
grant insert on
    trace.source, trace.stream, trace.event_type, trace.log, trace.identity, trace.payload, trace.data_key,
    trace.segment, trace.blind, trace.pending, trace.released, trace.subject, trace.place, trace.model,
    trace.generation, trace.generation_part, trace.alarm, trace.note, trace.torn, trace.tree_node,
    trace.log_key, trace.checkpoint, trace.sequence, trace.own_alarm,
    trace.publication, trace.time_stamp
    to whereabouts_follower;
grant usage on sequence trace.subject_id_seq, trace.place_id_seq, trace.stream_id_seq to whereabouts_follower;
grant update (key) on trace.subject, trace.place to whereabouts_follower;  -- so that interning returns known rows
grant update on
    trace.source, trace.head, trace.model, trace.generation, trace.generation_part, trace.alarm,
    trace.sealing, trace.sequencing, trace.own_alarm, trace.publication
    to whereabouts_follower;
grant delete on trace.pending, trace.released, trace.generation to whereabouts_follower;

-- Erasure destroys keys and what was sealed, and forgets blind indexes; what proves that it was there stays.
grant update (wrapped, destroyed_at) on trace.data_key to whereabouts_erasure;
grant insert (owner_kind, owner_key, destroyed_at) on trace.data_key to whereabouts_erasure;
grant update (salt, nonce, ciphertext) on trace.segment to whereabouts_erasure;
grant insert (name, subject_kind, subject_key, receipt, erased_at) on trace.erasure to whereabouts_erasure;
grant delete on trace.blind to whereabouts_erasure;
-- What a later model calls personal it seals, by this function alone; the follower says which model is to be kept to.
revoke execute on function trace.seal_anew from public;
grant execute on function trace.seal_anew to whereabouts_erasure;
grant insert (model_hash, upto), update (upto, done, unsealed) on trace.declaring to whereabouts_follower;
grant insert on trace.personal, trace.personal_lane to whereabouts_follower;

-- The console's own records stand in public: web reads and appends. Changes are named one by one.
grant select, insert on all tables in schema public to whereabouts_web;
alter default privileges in schema public grant select, insert on tables to whereabouts_web;
revoke insert on public.django_migrations, public.access_right, public.restricted from whereabouts_web;
grant usage on schema shown to whereabouts_web;
grant select on all tables in schema shown to whereabouts_web;
grant update, delete on public.django_session to whereabouts_web;
grant update (last_login, password, is_active, email, first_name, last_name) on public.auth_user to whereabouts_web;
grant delete on public.auth_user_groups to whereabouts_web;
-- Whom the bank's sign-in names; codes that were used.
grant update on public.socialaccount_socialaccount to whereabouts_web;
grant update, delete on public.mfa_authenticator to whereabouts_web;
grant update (closes_at, unmasked) on public.open_door to whereabouts_web;

-- The follower takes the console's records into the log like any source.
grant select on public.audit_record to whereabouts_follower;
revoke execute on function public.own_record from public;
grant execute on function public.own_record to whereabouts_follower;
grant update (state, done, total, trouble, file, finished_at, manifest, expires_at, removed_at, sealed_anew) on public.export to whereabouts_web;

-- Four eyes: a request is decided and used up, which a trigger guards. Erasure takes texts away, and says how it stands.
grant update (state, approver, decided_at, used_at) on public.approval to whereabouts_web;
grant select on
    public.kept_text, public.case_entry, public.approval, public.legal_hold, public.export, public.retention
    to whereabouts_erasure;
grant update (wrapped, salt, nonce, ciphertext, erased_at) on public.kept_text to whereabouts_erasure;
grant update (lifted_by, lifted_at) on public.legal_hold to whereabouts_web;
