"""Reads a public data set through its model, the way a fold does, and independently of the engine's own fold."""

from __future__ import annotations

import gzip
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from audit.model.load import load
from audit.model.meaning import Facts, Model, Reading

ROOT = Path(__file__).parents[2]
PUBLIC_DATA = Path(os.environ.get("PUBLIC_DATA", ROOT.parent / "shared" / "data"))

_decoder = msgspec.json.Decoder(float_hook=Decimal)


@dataclass
class Read:
    """What a set amounts to. `moved` are minor units by (from kind, to kind); `illegal` transitions by their ends."""

    model: Model
    events: int = 0
    problems: list[str] = field(default_factory=list)
    subjects: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    balances: Counter[tuple[str, str]] = field(default_factory=Counter)
    illegal: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    memories: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    broken: list[str] = field(default_factory=list)  # streams in which a never came true


def raw_events(name: str) -> Iterator[dict[str, Any]]:
    """The events of a set as they stand in its file; skips the test where the set is missing."""
    path = PUBLIC_DATA / f"{name}.cloudevents.ndjson.gz"
    if not path.exists():
        pytest.skip(f"{path} is missing: put the public sets into PUBLIC_DATA")
    with gzip.open(path, "rb") as lines:
        for line in lines:
            yield _decoder.decode(line)


def read_set(example: str, name: str) -> Read:
    found = Read(load(ROOT / "examples" / example / "model.toml"))
    current: dict[tuple[str, str], str] = {}
    for event in raw_events(name):
        _apply(event, found, current)
    for (stream, _), state in current.items():
        lane = found.model.lane_of(stream)
        assert lane is not None
        found.states[(lane[0].name, state)] += 1
    return found


def facts_of(event: dict[str, Any]) -> Facts:
    micros = int(datetime.fromisoformat(event["time"]).timestamp()) * 1_000_000
    return Facts(
        event["source"],
        event["subject"],
        event["type"],
        event["id"],
        int(event["sequence"]),
        micros,
        micros,
        event.get("correlationid"),
        None,
    )


def _apply(event: dict[str, Any], found: Read, current: dict[tuple[str, str], str]) -> None:
    facts = facts_of(event)
    found.events += 1
    meant = found.model.meaning(facts.stream, facts.type)
    if meant is None or meant[2] is None:
        found.problems.append(f"{facts.id}: {facts.type} is not in the model")
        return
    memory = found.memories[facts.stream]
    reading = meant[2].read(facts, event["data"], memory)
    if reading.problem:
        found.problems.append(f"{facts.id}: {reading.problem}")
        return
    _count(facts, reading, found, current)
    _remember(reading, memory, meant[0].inherits)
    _judge(facts, memory, found, meant[0].name)


def _count(facts: Facts, reading: Reading, found: Read, current: dict[tuple[str, str], str]) -> None:
    for kind, key in reading.ties:
        found.subjects[kind].add(key)
    for one in reading.movements:
        found.moved[(one.from_kind, one.to_kind)] += one.units
        found.balances[(one.from_kind, one.from_key)] -= one.units
        found.balances[(one.to_kind, one.to_key)] += one.units
    now = current.get((facts.stream, reading.item), "")
    if reading.allowed is not None and now not in reading.allowed:
        found.illegal[(facts.type, now, reading.to or now)] += 1
    if reading.to is not None:
        current[(facts.stream, reading.item)] = reading.to


def _remember(reading: Reading, memory: dict[str, str], inherits: Any) -> None:
    memory.update({kind: key for kind, key in reading.ties if kind in inherits})
    memory.update({f"set:{name}": value for name, value in (reading.sets or {}).items()})


def _judge(facts: Facts, memory: dict[str, str], found: Read, lane: str) -> None:
    for never in found.model.nevers:
        if never.at == (lane, facts.type):
            starts = {
                name: one.starts for name, one in found.model.lanes[lane].fields.items() if one.starts is not None
            }
            fields = {**starts, **{name[4:]: value for name, value in memory.items() if name.startswith("set:")}}
            if never.holds(fields):
                found.broken.append(facts.stream)
