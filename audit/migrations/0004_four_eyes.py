"""Four eyes: what needs a second person, and texts that people wrote, sealed so that they can be erased."""

from __future__ import annotations

import django.db.models.functions.datetime
from django.db import migrations, models

# The rule of four eyes stands here a second time: nobody gets round it who writes the table directly, nor who puts a
# temporary table of the same name before ours: every function's own search path looks there last.
GUARD = """
create function public.guard_approval() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
declare
    needed text := case when new.kind in ('erasure', 'shorten_retention') then 'approve_erasure' else 'approve' end;
begin
    if tg_op = 'INSERT' then
        if new.state <> 'pending' or new.approver <> '' or new.decided_at is not null or new.used_at is not null then
            raise exception 'an approval begins as a request' using errcode = 'insufficient_privilege';
        end if;
        new.asked_at := clock_timestamp();
        new.expires_at := new.asked_at + interval '24 hours';
        return new;
    end if;
    if (new.id, new.kind, new.what, new.why_id, new.details, new.requester, new.requester_role, new.asked_at,
        new.expires_at) is distinct from
       (old.id, old.kind, old.what, old.why_id, old.details, old.requester, old.requester_role, old.asked_at,
        old.expires_at) then
        raise exception 'what was asked for is never changed' using errcode = 'insufficient_privilege';
    end if;
    if new.state = 'expired' and old.state in ('pending', 'approved') and old.expires_at <= clock_timestamp()
       and (new.approver, new.decided_at, new.used_at) is not distinct from
           (old.approver, old.decided_at, old.used_at) then
        return new;
    end if;
    if old.expires_at <= clock_timestamp() then
        raise exception 'this request has expired' using errcode = 'insufficient_privilege';
    end if;
    if old.state = 'pending' and new.state in ('approved', 'refused') and new.used_at is null then
        if not exists (
            select from auth_user u
            join auth_user_groups m on m.user_id = u.id
            join auth_group g on g.id = m.group_id
            join access_right r on r.role = g.name and r.action = needed
            where u.username = new.approver and u.is_active
              and (not new.details @> '{"is_secret": true}' or exists (
                  select from access_right s where s.role = g.name and s.action = 'secrecy'))
        ) then
            raise exception '% may not approve this', new.approver using errcode = 'insufficient_privilege';
        end if;
        new.decided_at := clock_timestamp();
        return new;
    end if;
    if old.state = 'approved' and new.state = 'used'
       and (new.approver, new.decided_at) is not distinct from (old.approver, old.decided_at) then
        new.used_at := clock_timestamp();
        return new;
    end if;
    raise exception 'an approval does not go from % to %', old.state, new.state
        using errcode = 'insufficient_privilege';
end $$;
create trigger approval_is_guarded before insert or update on public.approval
    for each row execute function public.guard_approval();
create trigger approval_is_kept before delete or truncate on public.approval
    for each statement execute function public.refuse_change();

create function public.only_erase() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
begin
    if (new.id, new.subjects, new.commitment, new.written_at) is distinct from
       (old.id, old.subjects, old.commitment, old.written_at)
       or num_nonnulls(new.wrapped, new.salt, new.nonce, new.ciphertext) > 0 or new.erased_at is null then
        raise exception 'a text is kept or erased, never changed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger kept_text_is_only_erased before update on public.kept_text
    for each row execute function public.only_erase();
create trigger kept_text_is_kept before delete or truncate on public.kept_text
    for each statement execute function public.refuse_change();
create index kept_text_subjects on public.kept_text using gin (subjects jsonb_path_ops) with (fastupdate = off);
"""

DIFFERENT_PEOPLE = models.Q(approver="") & models.Q(state__in=("pending", "expired")) | ~models.Q(
    approver=""
) & ~models.Q(approver__iexact=models.F("requester"))
OF_ITSELF = ("list_export", "bulk_unmask")  # of these, several people may ask for the same


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_export")]
    operations = [
        migrations.CreateModel(
            name="KeptText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subjects", models.JSONField(default=list)),
                ("wrapped", models.BinaryField(null=True)),
                ("salt", models.BinaryField(null=True)),
                ("nonce", models.BinaryField(null=True)),
                ("ciphertext", models.BinaryField(null=True)),
                ("commitment", models.BinaryField()),
                ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "kept_text"},
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("what", models.TextField()),
                ("why", models.ForeignKey("audit.KeptText", on_delete=models.PROTECT)),
                ("details", models.JSONField(default=dict)),
                ("requester", models.TextField()),
                ("requester_role", models.TextField(default="")),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("state", models.TextField(default="pending")),
                ("approver", models.TextField(default="")),
                ("decided_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "approval",
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(requester=""), name="approval_has_requester"),
                    models.CheckConstraint(condition=DIFFERENT_PEOPLE, name="approval_of_another_person"),
                    models.UniqueConstraint(
                        fields=["kind", "what"],
                        condition=models.Q(state="pending") & ~models.Q(kind__in=OF_ITSELF),
                        name="approval_asked_once",
                    ),
                    models.UniqueConstraint(
                        fields=["kind", "what", "requester"],
                        condition=models.Q(state="pending"),
                        name="approval_asked_once_by_one",
                    ),
                ],
                "indexes": [models.Index(fields=["state", "-id"], name="approval_state")],
            },
        ),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
