"""The few statements that stand before every page, by name and prepared once: through the ORM they would cost as much
as the page's own answer. They run on the ORM's connection, so what they write is committed when they return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection

from audit.database import sql


def rows(name: str, parameters: Mapping[str, Any] | Sequence[Any], **parts: LiteralString) -> list[tuple[Any, ...]]:
    """All rows of `audit/sql/NAME.sql`; `parts` fill its {names}. Raises Django's DatabaseError as the ORM does."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(sql(name).format(**parts) if parts else sql(name), parameters).fetchall()
