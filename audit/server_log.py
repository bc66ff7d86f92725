"""Warns, with `check --deploy`, of a PostgreSQL whose own log would hold what is erased everywhere else."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning

from audit.database import ROLES, connect, sql
from audit.errors import WhereaboutsError
from audit.given import given

HINT = (
    "Among them is what somebody typed in a search, and wrapped keys and salts; some stand in the statements' own text."
    " Set log_statement to none or ddl, durations to -1, rates and lengths to 0 in PostgreSQL, and see that its logs of"
    " before are removed (docs/how-to/run-in-production.md)."
)


def check_server_log(**_: Any) -> list[CheckMessage]:
    """For each role, since a setting may be a login's own; nothing where the database is not reached from here."""
    names: set[str] = set()
    for role in ROLES if given("DATABASE_URL") else ():
        try:
            with connect(role) as connection:
                names.update(name for (name,) in connection.execute(sql("server_log_settings")))
        except WhereaboutsError:
            continue
    if not names:
        return []
    told = " and ".join(sorted(names))
    return [Warning(f"PostgreSQL writes the values of statements in its log: {told}", hint=HINT,
                    id="whereabouts.W001")]  # fmt: skip
