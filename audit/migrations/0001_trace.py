"""The permanent tables, as `audit/sql/schema/01_trace*.sql` make them; rights are given by `audit/schema.py`."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from audit.database import sql
from audit.schema import TRACE


def create_trace(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        for name in TRACE:
            cursor.execute(sql(f"schema/{name}"))


class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunPython(create_trace)]
