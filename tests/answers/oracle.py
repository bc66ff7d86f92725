"""A small bank that writes two event files, and an oracle that knows by its own plain sums where its money is."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)  # over the night when summer time begins
CUSTOMERS, ACCOUNTS = 3, 4
NAMES = ("Mette Hansen", "Søren Østergård", "Lars O'Neil")

Place = tuple[str, str]  # book, KIND:KEY
Move = tuple[str, str, str, int, str]  # book, from, to, minor units, currency


@dataclass(frozen=True)
class Happened:
    """One event of the bank. `order` is its line in its file."""

    source: str
    order: int
    id: str
    stream: str
    version: int
    type: str
    data: dict[str, object]
    occurred: datetime
    recorded: datetime
    correlation: str | None
    causation: str | None
    moves: tuple[Move, ...] = ()
    transfer: str | None = None

    @property
    def key(self) -> tuple[datetime, str, int]:
        return self.recorded, self.source, self.order


@dataclass
class Bank:
    """`events` in the order in which each source recorded them; `core` sorts before `dk`, as their sources do."""

    events: list[Happened] = field(default_factory=list)
    _versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _orders: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(
        self,
        source: str,
        stream: str,
        type_: str,
        at: datetime,
        data: dict[str, object],
        *,
        occurred: datetime | None = None,
        cause: Happened | None = None,
        transfer: str | None = None,
        moves: Sequence[Move] = (),
        id: str | None = None,
    ) -> Happened:
        self._versions[stream] += 1
        self._orders[source] += 1
        event = Happened(
            source,
            self._orders[source],
            id or f"{source}-{self._orders[source]}",
            stream,
            self._versions[stream],
            type_,
            data,
            occurred or at,
            at,
            transfer,
            cause.id if cause else None,
            tuple(moves),
            transfer,
        )
        self.events.append(event)
        return event

    def holds(
        self, places: Sequence[Place], time: datetime, clock: str, upto: Happened | None = None
    ) -> dict[Place, int]:
        total: dict[Place, int] = defaultdict(int)
        for event in self.past(time, clock, upto):
            for book, source, target, units, currency in event.moves:
                total[book, f"{source} {currency}"] -= units
                total[book, f"{target} {currency}"] += units
        return {place: total[place] for place in places if total[place]}

    def past(self, time: datetime, clock: str, upto: Happened | None = None) -> Iterator[Happened]:
        for event in self.events:
            at = event.recorded if clock == "recorded" else event.occurred
            if at < time or (at == time and (upto is None or event.key <= upto.key)):
                yield event

    def write(self, folder: Path) -> list[Path]:
        paths = []
        for source in ("core", "dk"):
            path = folder / f"{source}.ndjson"
            path.write_text("".join(_line(e) + "\n" for e in self.events if e.source == source), encoding="utf-8")
            paths.append(path)
        return paths


def make_bank(seed: int = 7, transfers: int = 60) -> Bank:
    """Deterministic. Some events are backdated, many share a recorded time, some transfers stop half-way."""
    chance, bank, at = random.Random(seed), Bank(), START
    for number in range(CUSTOMERS):
        bank.add("core", f"customer-C{number}", "Registered", at, {"name": NAMES[number]})
    for number in range(ACCOUNTS):
        customer = f"C{number % CUSTOMERS}"
        bank.add(
            "core", f"account-A{number}", "Opened", at, {"customer": customer, "iban": f"DK50004004401162{number:04}"}
        )
        for currency in ("DKK", "EUR"):
            _deposit(bank, f"A{number}", 1_000_00, currency, at)
    for number in range(transfers):
        at += timedelta(minutes=chance.choice([0, 0, 1, 7, 90]), microseconds=chance.randrange(3))
        if chance.random() < 0.3:
            back = timedelta(days=chance.choice([0, 0, 1, 2]), seconds=chance.randrange(4000))
            _deposit(bank, f"A{chance.randrange(ACCOUNTS)}", chance.randrange(1, 99_999), "DKK", at, at - back)
        _transfer(bank, f"T{number}", f"A{chance.randrange(ACCOUNTS)}", chance.randrange(1, 9_999), at, chance)
        at = max(at, bank.events[-1].recorded)
    return bank


def _deposit(
    bank: Bank, account: str, units: int, currency: str, at: datetime, occurred: datetime | None = None
) -> None:
    bank.add(
        "core",
        f"account-{account}",
        "Deposited",
        at,
        {"amount": _text(units), "currency": currency},
        occurred=occurred,
        moves=[("ledger", "outside", f"available:{account}", units, currency)],
    )


def _transfer(bank: Bank, key: str, account: str, units: int, at: datetime, chance: random.Random) -> None:
    money: dict[str, object] = {"amount": _text(units), "currency": "DKK", "transfer": key}
    step = timedelta(microseconds=chance.choice([0, 0, 250_000]))
    reserved = bank.add(
        "core",
        f"account-{account}",
        "Reserved",
        at,
        {**money, "to": {"name": "Åse Lund"}, "reference": f"rent {key}"},
        transfer=key,
        moves=[
            ("ledger", f"available:{account}", f"reserved:{account}", units, "DKK"),
            ("custody", f"customer:{account}", f"transit:{key}", units, "DKK"),
        ],
    )
    begun = bank.add("core", f"order-{key}", "Begun", at + step, money, cause=reserved, transfer=key)
    if chance.random() < 0.15:
        return
    sent = bank.add(
        "dk",
        f"sending-{key}",
        "Sent",
        at + 2 * step,
        money,
        cause=begun,
        transfer=key,
        moves=[("custody", f"transit:{key}", "clearing:dk", units, "DKK")],
    )
    if chance.random() < 0.3:
        sent = bank.add("dk", f"sending-{key}", "TimedOut", at + 3 * step, money, cause=sent, transfer=key)
        if chance.random() < 0.5:
            return
    paid = bank.add(
        "dk",
        f"sending-{key}",
        "Paid",
        at + 4 * step,
        {**money, "bank": "spar"},
        cause=sent,
        transfer=key,
        moves=[("custody", "clearing:dk", "other:spar", units, "DKK")],
    )
    done = bank.add("core", f"order-{key}", "Done", at + 5 * step, money, cause=paid, transfer=key)
    bank.add(
        "core",
        f"account-{account}",
        "Taken",
        at + 6 * step,
        money,
        cause=done,
        transfer=key,
        moves=[("ledger", f"reserved:{account}", "outside", units, "DKK")],
    )


def _text(units: int) -> str:
    return f"{units // 100}.{units % 100:02d}"


def _line(event: Happened) -> str:
    line = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "subject": event.stream,
        "time": event.occurred.isoformat(),
        "recordedtime": event.recorded.isoformat(),
        "sequence": str(event.version),
        "correlationid": event.correlation,
        "causationid": event.causation,
        "data": event.data,
    }
    return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)
