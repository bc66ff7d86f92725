"""What a page costs: a fixed number of statements, and no large table read whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from audit.answers.inquiry import Inquiry
from audit.answers.pages.account import account
from audit.answers.pages.customer import customer
from audit.answers.pages.place import place
from audit.answers.pages.transfer import transfer
from audit.answers.search import search
from audit.answers.telling.inferred import CANDIDATES, NEWEST
from audit.answers.what import what
from audit.answers.where import where
from audit.database import reading, sql
from audit.prepared import Prepared
from audit.values import Clock, Moment, Place, Subject
from tests.answers.conftest import asking
from tests.answers.oracle import Bank
from tests.conftest import Database


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    asked: list[str] = []
    execute, rows = psycopg.Cursor.execute, Prepared.rows

    def count(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(str(query))
        return (rows if isinstance(self, Prepared) else execute)(self, query, *args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(psycopg.Cursor, "execute", count)
        patched.setattr(Prepared, "rows", count)
        yield asked


settle = Prepared.settle
PAGES: dict[str, tuple[Callable[[Inquiry, Subject], object], list[Subject], int]] = {
    "customer": (customer, [Subject("customer", "C0"), Subject("customer", "C1")], 26),
    "account": (account, [Subject("account", f"A{n}") for n in range(4)], 33),
    "transfer": (transfer, [Subject("transfer", f"T{n}") for n in range(0, 60, 5)], 18),
    "where": (where, [Subject("account", "A0"), Subject("account", "A3")], 17),
    "what": (what, [Subject("account", "A0"), Subject("transfer", "T3")], 15),
}


@pytest.mark.parametrize(("name", "most"), [("customer", 9), ("account", 13), ("transfer", 12)])
def test_most_statements_of_a_page_are_not_waited_for(
    world: Database, name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are sent ahead, several in a message; the others rest on what came before."""
    page, subjects, _ = PAGES[name]
    sent: list[object] = []
    send = Prepared.send_ahead

    def note(self: Prepared, wanted: Any) -> None:
        sent.extend(one := list(wanted))
        send(self, one)

    monkeypatch.setattr(Prepared, "send_ahead", note)
    with asking():  # the model's text is read once
        pass
    with counted(monkeypatch) as asked, asking() as inquiry:
        page(inquiry, subjects[0])
    assert len(asked) - len(sent) <= most, len(asked) - len(sent)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_a_fixed_number_of_statements(world: Database, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows it shows; a few are not needed where a list is short or empty."""
    page, subjects, most = PAGES[name]
    numbers = []
    with asking():  # the model's text is read once
        pass
    left: list[object] = []

    def note(self: Prepared) -> None:
        left.extend(self.unasked)
        settle(self)

    monkeypatch.setattr(Prepared, "settle", note)
    for subject in subjects:
        with counted(monkeypatch) as asked, asking() as inquiry:
            page(inquiry, subject)
        numbers.append(len(asked))
    assert not left  # nothing was sent ahead for nothing
    assert max(numbers) <= most and max(numbers) - min(numbers) <= 4, numbers


def test_no_statement_of_a_page_reads_a_whole_table(
    world: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large tables are reached by key alone, now and in the past."""
    calls: list[tuple[str, Any]] = []
    execute, rows = psycopg.Cursor.execute, Prepared.rows

    def note(self: Any, query: Any, params: Any = None, **kwargs: Any) -> Any:
        calls.append((str(query), params))
        return (rows if isinstance(self, Prepared) else execute)(self, query, params, **kwargs)

    then = Moment(bank.events[len(bank.events) // 2].recorded)
    with monkeypatch.context() as patched:
        patched.setattr(psycopg.Cursor, "execute", note)
        patched.setattr(Prepared, "rows", note)
        for at in (None, then, Moment(then.time, Clock.OCCURRED)):
            with asking(at=at) as inquiry:
                for page, subjects, _ in PAGES.values():
                    page(inquiry, subjects[0])
                place(inquiry, Place("custody", "clearing", "dk"))
                search(inquiry, "T1")
    large = "timeline|entry|log|link|change|payload|segment|identity|subject|stream|place|identifier|aggregate|memory"
    with reading() as connection:
        connection.execute("set local enable_seqscan = on")
        connection.execute("set local seq_page_cost = 100")  # these tables are small, and a server may know it
        for query, params in calls:
            if not re.match(r"\s*(--|select|with)", query) or "current_generation" in query or "set_config" in query:
                continue
            plan = "\n".join(row[0] for row in connection.execute("explain " + query, params))
            assert not re.search(rf"Seq Scan on ({large})\b", plan), f"{query}\n{plan}"


OWNED = {"books": ["ledger"], "kinds": ["available"], "owners": ["account"]}
MIRRORED = {"positions": [20], "places": [1], "amounts": [-500], "newest": NEWEST, "limit": CANDIDATES}


@pytest.mark.parametrize(("name", "asked", "indexes"), [
    ("answer_corrections", {"told": ["core-9"], "by": [20], "named": ["core-8"], "sources": [1]},
     ("correction_pkey", "identity_pkey")),
    ("answer_nameless", {"positions": [9, 20], **OWNED, "limit": CANDIDATES},
     ("timeline_puts_right", "entry_position")),
    ("answer_mirrored", MIRRORED, ("entry_pkey",)),
])  # fmt: skip
def test_what_puts_right_is_found_by_index(
    world: Database, name: str, asked: dict[str, Any], indexes: tuple[str, ...]
) -> None:
    """Not by walking all corrections that the bank ever made, nor all movements."""
    with reading() as connection:
        connection.execute("set local seq_page_cost = 100")  # these tables are small, and a server may know it
        explained = connection.execute(b"explain " + sql(name).encode(), asked)
        plan = "\n".join(row[0] for row in explained)
    assert not re.search(r"Seq Scan on (?!source\b)\w+", plan), plan
    assert all(re.search(rf"using {index}\b.*\n\s+Index Cond", plan) for index in indexes), plan
    assert name != "answer_mirrored" or re.search(r"Backward using entry_pkey.*\n\s+Index Cond: \(\(place_id = ", plan)
