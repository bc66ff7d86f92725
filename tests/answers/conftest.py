"""A small bank, read by the real pipeline once for all tests that only look."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from audit import instance
from audit.access.mask import hidden
from audit.answers.inquiry import Inquiry, inquire
from audit.database import connect, reading
from audit.pipeline import run
from audit.sources.contract import Source
from audit.sources.files import sources_of
from tests.answers.oracle import Bank, make_bank
from tests.conftest import Database, MakeDatabase, using

MODEL = Path(__file__).with_name("bank.toml")

Ask = Callable[..., Any]


def take_in(sources: Sequence[Source]) -> None:
    """Read sources to their end with the small bank's model."""
    with connect("follower", autocommit=True) as connection:
        known = instance.begin(connection, instance.load_model(MODEL))
    outcome = run(known, sources, once=True, stop=threading.Event())
    assert not outcome.troubles


@contextmanager
def asking(**options: Any) -> Iterator[Inquiry]:
    with reading() as connection:
        yield inquire(connection, options.pop("mask", hidden), **options)


@pytest.fixture(scope="package")
def bank() -> Bank:
    return make_bank()


@pytest.fixture(scope="package")
def world(
    bank: Bank, make_database: MakeDatabase, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The bank's files, read and projected; nothing in it is changed by a test."""
    made = make_database()
    with using(made, django_db_blocker):
        take_in(sources_of(bank.write(tmp_path_factory.mktemp("bank"))))
        yield made
