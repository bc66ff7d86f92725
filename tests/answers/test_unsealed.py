"""Events that are seen and not final yet are laid on top of every answer, marked, and never counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from audit.answers.pages.account import account
from audit.answers.pages.customer import customer
from audit.answers.pages.transfer import transfer
from audit.answers.what import what
from audit.answers.where import where
from audit.sources.contract import RawEvent, Read
from audit.sources.files import sources_of
from audit.values import Moment, Subject, micros_of
from tests.answers.conftest import asking, take_in
from tests.answers.oracle import START, Bank, Happened
from tests.conftest import Database

ACCOUNT, TRANSFER = Subject("account", "A1"), Subject("transfer", "T1")
LATER = START + timedelta(hours=1)


class Held:
    """A source that has seen everything and can vouch only for its first `sealed` events."""

    name = "core"
    kind = "postgres"

    def __init__(self, events: Sequence[Happened], sealed: int) -> None:
        self._events, self._sealed = events, sealed

    def read(self, state: bytes | None, limit: int) -> Read:
        """`state` is how many were seen and how many of them were final."""
        seen, final = (int(part) for part in state.decode().split("/")) if state else (0, 0)
        told = f"{len(self._events)}/{self._sealed}".encode()
        released = [event.order for event in self._events[final : self._sealed]]
        watermark = micros_of(self._events[self._sealed - 1].recorded)
        return Read([_raw(event) for event in self._events[seen:]], released, self._sealed, watermark, told, idle=True)

    def wait(self, seconds: float) -> None: ...

    def close(self) -> None: ...


def _raw(event: Happened) -> RawEvent:
    data = msgspec.json.encode(event.data)
    return RawEvent(
        event.order,
        event.stream,
        event.version,
        event.type,
        event.id,
        micros_of(event.occurred),
        micros_of(event.recorded),
        event.correlation,
        event.causation,
        None,
        data,
        "row",
        len(data),
    )


def held_bank() -> Bank:
    bank = Bank()
    bank.add("core", "customer-C1", "Registered", START, {"name": "Ib Holm"})
    bank.add("core", "account-A1", "Opened", START, {"customer": "C1", "iban": "DK1"})
    bank.add("core", "account-A1", "Deposited", START, {"amount": "100.00", "currency": "DKK"})
    money: dict[str, object] = {"amount": "30.00", "currency": "DKK", "transfer": "T1"}
    bank.add("core", "account-A1", "Reserved", LATER, {**money, "to": {"name": "Åse"}, "reference": "r"}, transfer="T1")
    bank.add("core", "order-T1", "Begun", LATER, money, transfer="T1")
    return bank


@pytest.fixture
def unsealed(database: Database) -> Database:
    take_in([Held(held_bank().events, sealed=3)])
    return database


def amounts(at: datetime | None = None) -> dict[str, str]:
    with asking(at=Moment(at) if at else None) as inquiry:
        return {str(line.place): str(line.money.amount) for line in where(inquiry, ACCOUNT).places if line.money.units}


def test_what_is_not_final_counts_and_is_marked(unsealed: Database) -> None:
    assert amounts() == {"available:A1": "70.00", "reserved:A1": "30.00"}
    with asking() as inquiry:
        answer = where(inquiry, ACCOUNT)
        told = what(inquiry, ACCOUNT)
    assert not answer.at.sealed and not any(line.is_final for line in answer.places if line.money.units)
    assert [event.is_final for step in told.steps.rows for event in step.events] == [True, True, False]
    assert answer.tells == "Your 30.00 DKK is set aside"


def test_before_it_everything_is_as_sealed(unsealed: Database) -> None:
    assert amounts(START) == {"available:A1": "100.00"}
    with asking(at=Moment(START)) as inquiry:
        assert where(inquiry, ACCOUNT).at.sealed


def test_a_transfer_that_is_only_in_unsealed_events_is_found(unsealed: Database) -> None:
    with asking() as inquiry:
        answer, page = where(inquiry, TRANSFER), transfer(inquiry, TRANSFER)
    assert {str(line.place): str(line.money) for line in answer.places} == {"transit:T1": "30.00 DKK"}
    assert not answer.at.sealed and answer.state is not None and answer.state.state == "begun"
    assert page.tells == "Your 30.00 DKK is about to be sent" and len(page.steps.rows) == 2


def test_pages_show_it_on_top(unsealed: Database) -> None:
    with asking() as inquiry:
        page, owner = account(inquiry, ACCOUNT), customer(inquiry, Subject("customer", "C1"))
    (balance,) = page.balances
    assert [str(m.amount) for m in (balance.booked, balance.held, balance.available)] == ["100.00", "30.00", "70.00"]
    assert [str(hold.money) for hold in page.holds.rows] == ["30.00 DKK"]
    assert [item.flow.subject for item in owner.open_items.rows] == [TRANSFER]


def test_a_place_counts_it_too(unsealed: Database) -> None:
    with asking() as inquiry:
        answer = where(inquiry, Subject("place", "ledger/available:A1"))
    assert [str(line.money) for line in answer.places] == ["70.00 DKK"] and not answer.at.sealed


def test_once_final_it_is_counted_once(unsealed: Database) -> None:
    take_in([Held(held_bank().events, sealed=5)])
    assert amounts() == {"available:A1": "70.00", "reserved:A1": "30.00"}
    with asking() as inquiry:
        answer = where(inquiry, TRANSFER)
        assert answer.at.sealed and all(line.is_final for line in answer.places)
        assert len([e for s in what(inquiry, ACCOUNT).steps.rows for e in s.events]) == 3


def test_files_are_final_at_once(database: Database, tmp_path: Path) -> None:
    take_in(sources_of([path for path in held_bank().write(tmp_path) if path.stat().st_size]))
    with asking() as inquiry:
        assert where(inquiry, ACCOUNT).at.sealed
