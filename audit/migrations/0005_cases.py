"""Cases: investigations whose entries are only ever added."""

from __future__ import annotations

import django.db.models.functions.datetime
from django.db import migrations, models

# What the console checks stands here a second time: a closed case takes nothing but its opening, and none is closed
# without a verdict.
GUARD = """
create function public.guard_case_entry() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
declare
    status text;
begin
    perform pg_advisory_xact_lock(hashtextextended('case ' || new.case_id, 0));
    select e.value into status from case_entry e where e.case_id = new.case_id and e.kind = 'status'
    order by e.id desc limit 1;
    if status = 'closed' and not (new.kind = 'status' and new.value = 'open') then
        raise exception 'case % is closed', new.case_id using errcode = 'insufficient_privilege';
    end if;
    if new.kind = 'status' and new.value = 'closed' and not exists (
        select from case_entry v where v.case_id = new.case_id and v.kind = 'verdict' and v.id > coalesce(
            (select max(o.id) from case_entry o
             where o.case_id = v.case_id and o.kind = 'status' and o.value = 'closed'), 0)
    ) then
        raise exception 'case % has no verdict', new.case_id using errcode = 'insufficient_privilege';
    end if;
    new.added_at := clock_timestamp();
    return new;
end $$;
create trigger case_entry_is_guarded before insert on public.case_entry
    for each row execute function public.guard_case_entry();
create trigger case_entry_is_append_only before update or delete or truncate on public.case_entry
    for each statement execute function public.refuse_change();
create index case_entry_subject on public.case_entry (subject) where subject <> '';
create index case_entry_customers on public.case_entry using gin (customers jsonb_path_ops) with (fastupdate = off);
create trigger investigation_is_append_only before update or delete or truncate on public.investigation
    for each statement execute function public.refuse_change();
"""
_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
_NOW = django.db.models.functions.datetime.Now()


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_four_eyes")]
    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", _ID),
                ("opened_at", models.DateTimeField(db_default=_NOW)),
                ("opened_by", models.TextField()),
                ("is_secret", models.BooleanField(default=False)),
            ],
            options={"db_table": "investigation"},
        ),
        migrations.CreateModel(
            name="CaseEntry",
            fields=[
                ("id", _ID.clone()),
                (
                    "case",
                    models.ForeignKey("audit.Case", on_delete=models.PROTECT, related_name="entries"),
                ),
                ("kind", models.TextField()),
                ("added_at", models.DateTimeField(db_default=_NOW)),
                ("added_by", models.TextField()),
                ("role", models.TextField(default="")),
                ("subject", models.TextField(default="")),
                ("customers", models.JSONField(default=list)),
                ("reference", models.TextField(default="")),
                ("position", models.BigIntegerField(null=True)),
                ("value", models.TextField(default="")),
                ("text", models.ForeignKey("audit.KeptText", on_delete=models.PROTECT, null=True)),
                ("digest", models.TextField()),
            ],
            options={
                "db_table": "case_entry",
                "indexes": [models.Index(fields=["case", "id"], name="case_entry_case")],
            },
        ),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
