"""The permanent tables, as `audit/sql/schema/01_trace*.sql` make them; rights are given by `audit/schema.py`."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from audit.database import sql


def create_trace(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute(sql("schema/01_trace"))
        cursor.execute(sql("schema/01_trace_erasure"))


class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunPython(create_trace)]
