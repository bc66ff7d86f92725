"""`check --deploy` says where PostgreSQL's own log would keep what people typed."""

from __future__ import annotations

import psycopg
import pytest
from django.core.checks import run_checks

from audit.database import parts_of
from tests.conftest import Database

SLOW, WHOLE, NONE = "log_min_duration_statement=0", "log_parameter_max_length=-1", "log_parameter_max_length=0"
LENGTH = "log_parameter_max_length"
SLOWNESS = "log_min_duration_statement"
CASES = {
    (WHOLE, "log_min_duration_statement=-1", "log_statement=none"): [],
    (WHOLE, "log_statement=ddl"): [],
    (NONE, SLOW, "log_statement=all"): [SLOWNESS, "log_statement"],
    (WHOLE, SLOW): [SLOWNESS, LENGTH],
    ("log_parameter_max_length=20", "log_statement=mod"): [LENGTH, "log_statement"],
    (WHOLE, "log_min_duration_sample=5s", "log_statement_sample_rate=0.1"): ["log_min_duration_sample", LENGTH],
    (WHOLE, "log_transaction_sample_rate=0.1"): [LENGTH, "log_transaction_sample_rate"],
    (WHOLE, SLOW, f"{LENGTH}_on_error=-1"): [SLOWNESS, LENGTH, f"{LENGTH}_on_error"],
    (NONE, "auto_explain.log_min_duration=0", f"auto_explain.{LENGTH}=-1"): [
        "auto_explain.log_min_duration", f"auto_explain.{LENGTH}",
    ],
}  # fmt: skip


def test_a_log_that_holds_values_is_told(database: Database) -> None:
    parts = parts_of(database.url) | {"user": "postgres"}
    with psycopg.connect(**parts, autocommit=True) as superuser:
        for settings, named in CASES.items():
            superuser.execute(f'alter database "{parts["dbname"]}" reset all'.encode())
            for name, _, value in (one.partition("=") for one in settings):
                superuser.execute(f"alter database \"{parts['dbname']}\" set {name} = '{value}'".encode())
            said = [one for one in run_checks(include_deployment_checks=True) if one.id == "whereabouts.W001"]
            assert [name for one in said for name in one.msg.partition(": ")[2].split(" and ")] == named, settings
            assert all(one.hint and "run-in-production" in one.hint for one in said)


def test_without_a_database_it_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/none")
    assert not [one for one in run_checks(include_deployment_checks=True) if one.id == "whereabouts.W001"]
