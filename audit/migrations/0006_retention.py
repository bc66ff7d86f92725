"""How long each class of record is kept, and legal holds."""

from __future__ import annotations

import django.db.models.functions.datetime
from django.db import migrations, models

GUARD = """
create function public.guard_retention() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
declare
    kept integer := (select days from retention where class = new.class order by id desc limit 1);
begin
    if new.days < kept and not exists (
        select from approval where id = new.approval_id and kind = 'shorten_retention' and state = 'used'
            and what = new.class || ' ' || new.days
    ) then
        raise exception 'a shorter retention needs a second person' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger retention_is_guarded before insert on public.retention
    for each row execute function public.guard_retention();
create trigger retention_is_append_only before update or delete or truncate on public.retention
    for each statement execute function public.refuse_change();
create unique index retention_shortened_once on public.retention (approval_id) where approval_id is not null;

create function public.only_lift() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
begin
    if old.lifted_at is not null or new.lifted_at is null or new.lifted_by = ''
       or (new.id, new.subject, new.why_id, new.placed_by, new.placed_at)
          is distinct from (old.id, old.subject, old.why_id, old.placed_by, old.placed_at) then
        raise exception 'a legal hold is lifted once, never changed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create function public.await_erasure() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp set lock_timeout = '3s' as $$
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('legal_hold', 0));
    return new;
end $$;
create trigger legal_hold_awaits_erasure before insert on public.legal_hold
    for each row execute function public.await_erasure();
create trigger legal_hold_is_only_lifted before update on public.legal_hold
    for each row execute function public.only_lift();
create trigger legal_hold_is_kept before delete or truncate on public.legal_hold
    for each statement execute function public.refuse_change();
"""

# A text goes on one of two grounds: its time is over and nobody whom it is about is held, or a receipt not older
# than the text is of somebody that it, or its case, is about (as all receipts: 01_trace_erasure.sql).
TEXTS = """
create function public.require_ground() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
declare
    about text[] := array(
        select jsonb_array_elements_text(new.subjects)
        union
        select unnest(array(select jsonb_array_elements_text(c.customers)) || c.subject)
        from case_entry t join case_entry c on c.case_id = t.case_id where t.text_id = new.id);
    kept integer := (select days from retention where class = 'texts' order by id desc limit 1);
begin
    if new.written_at + kept * interval '1 day' <= clock_timestamp()
       and not exists (
           select from unnest(about) one where trace.hold_on(one) is not null) then
        return null;
    end if;
    if exists (select from trace.erasure e where e.erased_at >= new.written_at and e.receipt -> 'owners' ?| about)
       or exists (
           select from trace.erasure e, unnest(about) one
           where e.erased_at >= new.written_at
             and trace.has_become_own(one, e.subject_kind || ':' || e.subject_key)) then
        return null;
    end if;
    raise exception 'no receipt and no retention that ended says that text % is erased', new.id
        using errcode = 'insufficient_privilege';
end $$;
create constraint trigger kept_text_has_ground after update on public.kept_text
    deferrable initially deferred for each row execute function public.require_ground();
"""

RETENTION = """
insert into public.retention (class, days, begins, ground, set_by) values
('customer_data', 1826, 'last event of the customer',
 'anti-money-laundering: Directive (EU) 2015/849, article 40: five years after the end of the relationship', 'system'),
('looks', 1826, 'the look',
 'accountability and the right to know who looked: Regulation (EU) 2016/679, articles 5(2) and 15', 'system'),
('texts', 1826, 'the writing',
 'accountability for what was decided: Regulation (EU) 2016/679, article 5(2)', 'system'),
('exports', 30, 'the making of the file',
 'no longer than it is needed: Regulation (EU) 2016/679, article 5(1)(e)', 'system');
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_cases")]
    operations = [
        migrations.CreateModel(
            name="Retention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record_class", models.TextField(db_column="class")),
                ("days", models.PositiveIntegerField()),
                ("begins", models.TextField()),
                ("ground", models.TextField()),
                ("set_by", models.TextField()),
                ("set_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("approval", models.ForeignKey("audit.Approval", null=True, on_delete=models.PROTECT)),
            ],
            options={"db_table": "retention"},
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.TextField()),
                ("why", models.ForeignKey("audit.KeptText", on_delete=models.PROTECT)),
                ("placed_by", models.TextField()),
                ("placed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("lifted_by", models.TextField(default="")),
                ("lifted_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "legal_hold",
                "indexes": [models.Index(fields=["subject"], name="legal_hold_subject")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["subject"], condition=models.Q(lifted_at=None), name="legal_hold_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.RunSQL(RETENTION, migrations.RunSQL.noop),
        migrations.RunSQL(TEXTS, migrations.RunSQL.noop),
    ]
