"""The services on a real PostgreSQL: handled once however often delivered, and killed at any point without loss."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from demobank import adapter, core, people, store
from demobank.aggregates import Account
from demobank.core import Order
from demobank.handlers import HANDLERS
from demobank.people import Person
from demobank.service import Service
from demobank.work import ADAPTER, CORE, Work
from tests.demobank.conftest import handle_all

SEED = "service"
PERSON = people.person(SEED, 40)
ACCOUNT = PERSON.accounts[0]
ROOT = Path(__file__).parents[2]


class Killed(Exception):
    """The process ends here."""


def reached(point: str) -> Callable[[str], None]:
    def check(name: str) -> None:
        if name == point:
            raise Killed

    return check


def order(transfer: str = "T-00000001", units: int = 50_000) -> Order:
    return Order(transfer, ACCOUNT, PERSON.customer, PERSON.name, units, people.stranger(SEED, 1), None, "husleje")


@pytest.fixture
def bank(bank_url: str) -> str:
    """A bank with one customer who has 1,000.00."""
    with store.connect(bank_url) as connection:
        store.prepare(connection)
    service = Service(bank_url, CORE, HANDLERS[CORE], SEED)
    service.perform(lambda work: core.register(work, PERSON))
    service.perform(lambda work: _deposit(work, ACCOUNT, 100_000))
    service.close()
    return bank_url


def _deposit(work: Work, account: str, units: int) -> None:
    assert core.enter(work, account, "Deposited", units, channel="branch")


def perform(url: str, transfer: Order) -> None:
    service = Service(url, CORE, {}, SEED)
    service.perform(lambda work: core.start_transfer(work, transfer))
    service.close()


def types(url: str, service: str = CORE) -> list[str]:
    schema = store.SCHEMAS[service]
    with store.connect(url) as connection:
        rows = connection.execute(f"select stream, type from {schema}.events order by id".encode()).fetchall()
    return [f"{stream.rsplit('-', 2)[0]}.{type_}" for stream, type_ in rows]


COMPLETED = [
    "customer.CustomerRegistered",
    "account.AccountOpened",
    "account.Deposited",
    "account.TransferInitiated",
    "account.FundsReserved",
    "bank-transfer.Initiated",
    "bank-transfer.Succeeded",
    "account.TransferCompleted",
    "account.ReservationRemoved",
    "account.TransactionCreated",
]


def test_a_transfer_goes_the_whole_way(bank: str) -> None:
    perform(bank, order())
    handle_all(bank, SEED)
    assert types(bank) == COMPLETED
    assert {
        "adapter-transfer.Initiated",
        "adapter-transfer.Sent",
        "clearing.Settled",
        "adapter-transfer.Succeeded",
    } <= set(types(bank, ADAPTER))


def test_one_append_has_one_recorded_time_and_effects_follow_their_causes(bank: str) -> None:
    perform(bank, order())
    handle_all(bank, SEED)
    with store.connect(bank) as connection:
        together = connection.execute(
            "select count(distinct recorded_at), count(*) from core.events where type like any(array["
            "'TransferCompleted', 'ReservationRemoved', 'TransactionCreated'])"
        ).fetchone()
        backwards = connection.execute(
            "with event as (select event_id, recorded_at, occurred_at, metadata from core.events union all "
            "select event_id, recorded_at, occurred_at, metadata from dk_adapter.events) "
            "select count(*) from event join event as cause on cause.event_id = event.metadata->>'causation_id' "
            "where cause.recorded_at > event.recorded_at or event.occurred_at > event.recorded_at"
        ).fetchone()
    assert together == (1, 3)
    assert backwards == (0,)


def test_a_message_delivered_again_is_handled_once(bank: str) -> None:
    perform(bank, order())
    handle_all(bank, SEED)
    with store.connect(bank) as connection:
        connection.execute("update core.checkpoint set handled = 0")
        connection.execute("update dk_adapter.checkpoint set handled = 0")
    handle_all(bank, SEED)
    assert types(bank) == COMPLETED


def test_even_without_its_inbox_the_state_machines_refuse_a_second_handling(bank: str) -> None:
    perform(bank, order())
    handle_all(bank, SEED)
    before = types(bank, ADAPTER)
    with store.connect(bank) as connection:
        for schema in ("core", "dk_adapter"):
            connection.execute(f"update {schema}.checkpoint set handled = 0".encode())
            connection.execute(f"truncate {schema}.inbox".encode())
    handle_all(bank, SEED)
    assert types(bank) == COMPLETED
    assert types(bank, ADAPTER) == before


@pytest.mark.parametrize("point", ["events written", "outbox written", "checkpoint written"])
@pytest.mark.parametrize("name", [CORE, ADAPTER])
def test_a_handling_that_dies_between_outbox_and_checkpoint_is_done_once(bank: str, name: str, point: str) -> None:
    perform(bank, order())
    if name == ADAPTER:
        first = Service(bank, CORE, HANDLERS[CORE], SEED)
        first.step()
        first.close()
    before = types(bank, name)
    dying = Service(bank, name, HANDLERS[name], SEED, reached(point))
    with pytest.raises(Killed):
        dying.step()
    dying.close()
    assert types(bank, name) == before
    handle_all(bank, SEED)
    assert types(bank) == COMPLETED


DIES = """
import os, sys
from demobank.handlers import HANDLERS
from demobank.service import Service

def reached(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), 9)

Service(sys.argv[1], "core", HANDLERS["core"], "service", reached).step()
"""


@pytest.mark.parametrize("point", ["outbox written", "checkpoint written"])
def test_a_process_killed_before_its_commit_leaves_nothing_half(bank: str, point: str) -> None:
    perform(bank, order())
    before = types(bank)
    killed = subprocess.run([sys.executable, "-c", DIES, bank, point], cwd=ROOT, check=False, env=_environment())
    assert killed.returncode == -9
    assert types(bank) == before
    handle_all(bank, SEED)
    assert types(bank) == COMPLETED


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_what_is_not_there_cannot_be_paid(bank: str) -> None:
    perform(bank, order(units=100_001))
    handle_all(bank, SEED)
    assert types(bank)[3:] == ["account.TransferRefused"]


def test_two_orders_at_once_never_overdraw(bank: str) -> None:
    """The second reads the account before the first has committed: its append meets the first's version."""
    first, second = (Service(bank, CORE, {}, SEED) for _ in range(2))
    seen: list[int] = []

    def act(work: Work) -> None:
        seen.append(work.load(Account, ACCOUNT).available)
        if len(seen) == 1:
            first.perform(lambda work: core.start_transfer(work, order("T-00000001", 80_000)))
        core.start_transfer(work, order("T-00000002", 80_000))

    second.perform(act)
    first.close()
    second.close()
    assert seen == [100_000, 20_000]
    assert types(bank)[3:] == ["account.TransferInitiated", "account.FundsReserved", "account.TransferRefused"]


def test_no_answer_is_asked_for_thrice_and_never_sent_again(bank: str, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = {name: handler for name, handler in adapter.HANDLERS.items() if name != "ClearingAnswers"}
    monkeypatch.setitem(HANDLERS, ADAPTER, {**deaf, "ClearingAnswers": lambda work, message: None})
    perform(bank, order())
    handle_all(bank, SEED)
    happened = types(bank, ADAPTER)
    assert happened.count("adapter-transfer.Sent") == 1
    assert happened.count("adapter-transfer.AskedAgain") == 3
    assert happened[-1] == "adapter-transfer.AskedAgain"


def test_a_service_writes_only_to_its_own_store(bank: str) -> None:
    with closing(Service(bank, ADAPTER, {}, SEED)) as service, pytest.raises(ValueError, match="does not own"):
        service.perform(lambda work: core.register(work, people.person(SEED, 41)))


def test_a_second_customer_does_not_disturb_the_first(bank: str) -> None:
    other: Person = people.person(SEED, 41)
    service = Service(bank, CORE, {}, SEED)
    for _ in range(2):
        service.perform(lambda work: core.register(work, other))
    service.close()
    assert types(bank).count("customer.CustomerRegistered") == 2
