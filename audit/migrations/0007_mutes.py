"""Muted rules and correction notes: each made by an approval that was used for exactly it."""

from __future__ import annotations

import django.db.models.functions.datetime
from django.db import migrations, models

GUARD = """
create function public.guard_by_approval() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
begin
    if not exists (
        select from approval a
        where a.id = new.approval_id and a.state = 'used' and a.kind = tg_argv[0] and a.what = new.what
          and a.requester = coalesce(to_jsonb(new) ->> 'muted_by', to_jsonb(new) ->> 'written_by')
          and (tg_argv[0] = 'mute_rule' or a.why_id = (to_jsonb(new) ->> 'text_id')::bigint)
          and a.details @> (
              select jsonb_object_agg(named, to_jsonb(new) -> named)
              from unnest(case tg_argv[0] when 'mute_rule' then array['rule', 'subject', 'until']
                          else array['subject', 'finding'] end) named)
    ) then
        raise exception 'this needs a second person' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger mute_is_approved before insert on public.mute
    for each row execute function public.guard_by_approval('mute_rule');
create trigger mute_is_append_only before update or delete or truncate on public.mute
    for each statement execute function public.refuse_change();
create trigger correction_is_approved before insert on public.correction_note
    for each row execute function public.guard_by_approval('correction_note');
create trigger correction_is_append_only before update or delete or truncate on public.correction_note
    for each statement execute function public.refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_retention")]
    operations = [
        migrations.CreateModel(
            name="Mute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.TextField()),
                ("rule", models.TextField()),
                ("subject", models.TextField(default="")),
                ("until", models.DateField()),
                ("muted_by", models.TextField()),
                ("muted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("approval", models.OneToOneField("audit.Approval", on_delete=models.PROTECT)),
            ],
            options={
                "db_table": "mute",
                "indexes": [models.Index(fields=["rule", "until"], name="mute_rule")],
            },
        ),
        migrations.CreateModel(
            name="CorrectionNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.TextField()),
                ("subject", models.TextField()),
                ("finding", models.TextField(default="")),
                ("text", models.ForeignKey("audit.KeptText", on_delete=models.PROTECT)),
                ("written_by", models.TextField()),
                ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("approval", models.OneToOneField("audit.Approval", on_delete=models.PROTECT)),
            ],
            options={
                "db_table": "correction_note",
                "indexes": [
                    models.Index(fields=["subject"], name="correction_note_subject"),
                    models.Index(fields=["finding"], name="correction_note_finding"),
                ],
            },
        ),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
