"""Trails that somebody asked for."""

from __future__ import annotations

import django.db.models.functions.datetime
from django.db import migrations, models

TEXT_FIELDS = ("actor", "subject")
EMPTY_FIELDS = (
    "moment",
    "since",
    "side",
    "role",
    "session",
    "door_subject",
    "reason_code",
    "ticket",
    "caller_identified",
    "trouble",
    "file",
    "recipient",
    "manifest",
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_access")]
    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                *((name, models.TextField()) for name in TEXT_FIELDS),
                *((name, models.TextField(default="")) for name in EMPTY_FIELDS),
                ("clock", models.TextField(default="recorded")),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("state", models.TextField(default="waiting")),
                ("accounts", models.JSONField(default=list)),
                ("approval", models.BigIntegerField(null=True)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("sealed_anew", models.BigIntegerField(default=0)),
                ("language", models.TextField(default="en")),
                *((name, models.DateTimeField(null=True)) for name in ("finished_at", "expires_at", "removed_at")),
            ],
            options={"db_table": "export"},
        ),
    ]
