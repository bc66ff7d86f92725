"""Rights, doors and the append-only record of what everyone did."""

from __future__ import annotations

import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from audit.database import sql

READING = "desk search look places findings sources download export"
RIGHTS = {
    "support": f"{READING} unmask acknowledge break_glass approvals see_cases work_cases",
    "team_lead": f"{READING} unmask acknowledge break_glass looks review anomalies approvals approve mute correct"
    " see_cases work_cases close_cases",
    "investigator": f"{READING} unmask acknowledge break_glass secrecy approvals approve mute correct"
    " see_cases work_cases close_cases",
    "auditor": f"{READING} looks secrecy approvals exports_of_others see_cases",
    "data_protection": f"{READING} break_glass looks access_report anomalies exports_of_others"
    " approvals approve approve_erasure erase retain hold see_cases",
    "authority_desk": f"{READING} unmask break_glass secrecy review_withheld approvals approve_erasure hold"
    " see_cases work_cases close_cases",
    "administrator": "sources",
}

# The transaction's identifier lets a reader seal the table by the transaction horizon.
APPEND_ONLY = """
alter table public.audit_record add column transaction xid8 not null default pg_current_xact_id();
-- No pending list: every count of looks would read it, however long.
create index audit_record_subjects on public.audit_record using gin (subjects jsonb_path_ops) with (fastupdate = off);
create index audit_record_order on public.audit_record (transaction, id);
create index audit_record_acknowledged on public.audit_record ((details ->> 'finding')) where kind = 'acknowledge';
create unique index audit_record_reviewed on public.audit_record ((details ->> 'of')) where kind = 'review';
create unique index audit_record_link on public.audit_record ((details ->> 'link'))
    where kind = 'deep_link' and outcome = 'opened';
create index audit_record_secret on public.audit_record (actor, session)
    where reason_code in ('authority', 'money_laundering');
create index audit_record_erasure on public.audit_record ((details -> 'receipt')) where kind = 'erasure';
create index audit_record_sealed on public.audit_record (id) where kind = 'sealed_anew';
create index audit_record_broken on public.audit_record (id) where kind = 'break_glass';
create index audit_record_withheld on public.audit_record (id) where kind = 'access_report';
create function public.refuse_change() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
begin
    raise exception 'public.% is append-only: % refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
end $$;
-- What the console itself did is written by the follower, which may write nothing else here, and in no other name.
create function public.own_record(own_kind text, own_details jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    made bigint;
begin
    if own_kind not in ('model_change', 'key_change', 'watermark', 'publication', 'sealed_anew') then
        raise exception '% is no kind of our own records', own_kind using errcode = 'insufficient_privilege';
    end if;
    insert into public.audit_record (kind, actor, role, session, address, subjects, page, unmasked, moment, reason_code,
                                     ticket, caller_identified, outcome, details)
    values (own_kind, 'system', 'system', '', '', '[]', '', '[]', '', '', '', '', 'done', own_details)
    returning id into made;
    return made;
end $$;
create trigger audit_record_is_append_only before update or delete or truncate on public.audit_record
    for each statement execute function public.refuse_change();
"""


def seed_rights(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    right = apps.get_model("audit", "Right")
    right.objects.bulk_create(
        right(role=role, action=action) for role, actions in RIGHTS.items() for action in actions.split()
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_trace")]
    operations = [
        migrations.CreateModel(
            name="Right",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.TextField()),
                ("action", models.TextField()),
            ],
            options={
                "db_table": "access_right",
                "constraints": [models.UniqueConstraint(fields=("role", "action"), name="access_right_once")],
            },
        ),
        migrations.CreateModel(
            name="OpenDoor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.TextField()),
                ("role", models.TextField()),
                ("session", models.TextField()),
                ("subject", models.TextField()),
                ("reason_code", models.TextField()),
                ("ticket", models.TextField(default="")),
                ("caller_identified", models.TextField(default="")),
                ("opened_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("unmasked", models.JSONField(default=dict)),
                ("is_broken", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "open_door",
                "indexes": [
                    models.Index(fields=["session", "actor", "subject", "closes_at"], name="open_door_session"),
                    models.Index(fields=["actor", "closes_at"], name="open_door_actor"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Restricted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("key", models.TextField()),
                ("ground", models.TextField()),
                ("may_open", models.JSONField(default=list)),
            ],
            options={
                "db_table": "restricted",
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="restricted_once")],
            },
        ),
        migrations.CreateModel(
            name="AuditRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("actor", models.TextField()),
                ("role", models.TextField(default="")),
                ("session", models.TextField(default="")),
                ("address", models.TextField(default="")),
                ("subjects", models.JSONField(default=list)),
                ("page", models.TextField(default="")),
                ("unmasked", models.JSONField(default=list)),
                ("moment", models.TextField(default="")),
                ("reason_code", models.TextField(default="")),
                ("ticket", models.TextField(default="")),
                ("caller_identified", models.TextField(default="")),
                ("outcome", models.TextField(default="")),
                ("duration_ms", models.IntegerField(null=True)),
                ("details", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "audit_record",
                "indexes": [
                    models.Index(fields=["-recorded_at", "-id"], name="audit_record_newest"),
                    models.Index(fields=["actor", "-recorded_at"], name="audit_record_actor"),
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(sql("schema/03_shown"), migrations.RunSQL.noop),
        migrations.RunPython(seed_rights, migrations.RunPython.noop),
    ]
