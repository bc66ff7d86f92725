"""What a history amounts to, by one obvious pass in memory: apart from the engine's fold, it asks the model alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from audit.model.meaning import Facts, Model

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """One event of a history, as an event file would say it."""

    source: str
    stream: str
    version: int
    type: str
    id: str
    recorded: int
    occurred: int
    data: dict[str, object]
    correlation: str | None = None
    cause: str | None = None


Place = tuple[str, str, str, str]  # book, kind, key, currency


@dataclass
class Truth:
    """`states` and `fields` by stream; `balances` of places; `running` are balances after each event."""

    states: dict[str, str] = field(default_factory=dict)
    fields: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    balances: Counter[Place] = field(default_factory=Counter)
    entries: Counter[Place] = field(default_factory=Counter)
    running: dict[tuple[str, Place], list[int]] = field(default_factory=lambda: defaultdict(list))
    days: Counter[tuple[Place, date, date]] = field(default_factory=Counter)
    nets: dict[str, Counter[Place]] = field(default_factory=lambda: defaultdict(Counter))
    timelines: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    passages: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    ties: dict[str, set[tuple[str, str]]] = field(default_factory=dict)  # by event


def truth_of(model: Model, events: Iterable[Event]) -> Truth:
    truth, zone = Truth(), ZoneInfo(model.zone)
    for event in sorted(events, key=lambda event: (event.source, event.stream, event.version)):
        _apply(model, zone, event, truth, _remembered(truth, event.stream))
    return truth


def _remembered(truth: Truth, stream: str) -> dict[str, str]:
    """Only customers are inherited in the small model."""
    known = sorted(key for (kind, key), ids in truth.timelines.items() if kind == f"customer of {stream}" and ids)
    return {"customer": known[-1]} if known else {}


def _apply(model: Model, zone: ZoneInfo, event: Event, truth: Truth, remembered: dict[str, str]) -> None:
    found = model.meaning(event.stream, event.type)
    assert found is not None and found[2] is not None
    facts = Facts(event.source, event.stream, event.type, event.id, event.version, event.occurred, event.recorded,
                  None, None)  # fmt: skip
    reading = found[2].read(facts, event.data, remembered)
    assert reading.problem is None, reading.problem
    ties = {*reading.ties, *remembered.items()}
    for kind, key in ties:
        truth.timelines[(kind, key)].add(event.id)
        if kind == "customer":
            truth.timelines[(f"customer of {event.stream}", key)].add(event.id)
    truth.ties[event.id] = ties
    if reading.to is not None:
        truth.passages[found[0].name, truth.states.get(event.stream, ""), reading.to, event.type] += 1
        truth.states[event.stream] = reading.to
    for name, value in (reading.sets or {}).items():
        truth.fields[(event.stream, name)].append(value)
    flows = [key for kind, key in ties if kind == "payment"]
    for moved in reading.movements:
        left = (moved.book, moved.from_kind, moved.from_key, moved.currency)
        reached = (moved.book, moved.to_kind, moved.to_key, moved.currency)
        for place, units in ((left, -moved.units), (reached, moved.units)):
            truth.balances[place] += units
            truth.entries[place] += 1
            truth.running[(event.id, place)].append(truth.balances[place])
            truth.days[(place, _day(event.recorded, zone), _day(event.occurred, zone))] += units
            for flow in flows:
                truth.nets[flow][place] += units


def _day(micros: int, zone: ZoneInfo) -> date:
    return (EPOCH + timedelta(microseconds=micros)).astimezone(zone).date()
