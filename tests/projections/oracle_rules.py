"""What the rules about one stream find in a history, by one obvious pass: apart from the engine's fold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from audit.model.meaning import EventMeaning, Facts, Model, Reading
from tests.projections.oracle import Event

Found = Counter[tuple[str, str]]  # rule and opening event
RULES = (
    "illegal_transition", "life_after_death", "negative_place", "clock_anomaly", "forbidden_state", "unbalanced_event",
    "unreasoned_correction", "asserted_value_differs", "version_clash", "version_gap", "effect_before_cause",
    "orphan_cause",
)  # fmt: skip
SECOND = 1_000_000


def found_in(model: Model, events: Iterable[Event]) -> Found:
    found: Found = Counter()
    by_stream: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        by_stream[(event.source, event.stream)].append(event)
    for of_stream in by_stream.values():
        _judge(model, sorted(of_stream, key=lambda event: event.version), found)
    return found


def _judge(model: Model, events: Sequence[Event], found: Found) -> None:
    held: Counter[tuple[str, str]] = Counter()  # place and currency
    state, difference, remembered = "", 0, dict[str, str]()
    for _, step in groupby(events, key=lambda event: (event.cause or "", event.recorded)):
        before, touched = Counter(held), dict[tuple[str, str], str]()
        for event in step:
            meaning, reading = _read(model, event, remembered)
            state = _judge_state(model, event, meaning, reading, state, found)
            for place, currency, units in _owned(model, event, reading):
                held[(place, currency)] += units
                touched.setdefault((place, currency), event.id)
            if event.occurred - event.recorded > SECOND:
                found[("clock_anomaly", event.id)] += 1
            if event.type == "LimitSet" and Decimal(str(event.data["limit"])) > 1_000_000:
                found[("forbidden_state", event.id)] += 1
            if event.type == "Split" and event.data["total"] != event.data["amount"]:
                found[("unbalanced_event", event.id)] += 1
            if event.type == "Amended" and event.data["by"] == event.data["approved_by"]:
                found[("unreasoned_correction", event.id)] += 1
            if event.type == "Stated":
                said = int(Decimal(str(event.data["balance"])) * 100)
                key = event.stream.partition("-")[2]
                now = said - held[(f"available:{key}", "DKK")] - held[(f"reserved:{key}", "DKK")]
                if now not in (0, difference):
                    found[("asserted_value_differs", event.id)] += 1
                difference = now
        for owned, first in touched.items():
            if held[owned] < 0 <= before[owned]:
                found[("negative_place", first)] += 1


def _read(model: Model, event: Event, remembered: dict[str, str]) -> tuple[EventMeaning, Reading]:
    meant = model.meaning(event.stream, event.type)
    assert meant is not None and meant[2] is not None
    facts = Facts(event.source, event.stream, event.type, event.id, event.version, event.occurred, event.recorded,
                  None, None)  # fmt: skip
    return meant[2], meant[2].read(facts, event.data, remembered)


def _judge_state(
    model: Model, event: Event, meaning: EventMeaning, reading: Reading, state: str, found: Found
) -> str:
    lane = model.lanes[meaning.lane]
    if not meaning.is_correction and not (reading.allowed is not None and state in reading.allowed):
        if reading.allowed is not None:
            found[("illegal_transition", event.id)] += 1
        if reading.to is not None and state in lane.states and lane.states[state].is_final:
            found[("life_after_death", event.id)] += 1
    return state if reading.to is None else reading.to


def _owned(model: Model, event: Event, reading: Reading) -> list[tuple[str, str, int]]:
    lane: Any = event.stream.partition("-")[0]
    sides = [(m.book, kind, key, m.currency, units) for m in reading.movements
             for kind, key, units in ((m.from_kind, m.from_key, -m.units), (m.to_kind, m.to_key, m.units))]  # fmt: skip
    return [(f"{kind}:{key}", currency, units) for book, kind, key, currency, units in sides
            if model.places[(book, kind)].owner == lane]  # fmt: skip
