"""What was seen of a source's events, gathered in one pass: streams, types, transitions, and how each field looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from audit.model.currencies import ISO_DIGITS
from audit.model.inferring.looks import Look, look_of
from audit.model.inferring.prefixes import key_after, prefix_of

VALUES_MAX = 10_000  # of one field are remembered to compare them with streams' keys
DEPTH_MAX = 4
NOTHING = ""  # the type before a stream's first event


class Sample(NamedTuple):
    """One event as its source has it; `data` is its decoded payload, numbers as int or Decimal."""

    stream: str
    version: int | None
    type: str
    correlation: str | None
    data: Mapping[str, Any]


@dataclass(slots=True)
class FieldSeen:
    """One path of a type's payload: in how many events, what its values look like, and some of them."""

    count: int = 0
    looks: Counter[Look] = field(default_factory=Counter)
    values: set[str] = field(default_factory=set)
    decimals: int = 0  # the most that a number had

    @property
    def is_open(self) -> bool:
        """Whether there are more values than were remembered."""
        return len(self.values) >= VALUES_MAX

    @property
    def currencies(self) -> set[str]:
        """The codes of ISO 4217 that it held, where it mostly held such."""
        return self.values & ISO_DIGITS.keys() if self.looks[Look.CURRENCY] > self.count / 2 else set()

    def see(self, value: Any) -> None:
        look, text, decimals = look_of(value)
        self.count += 1
        self.looks[look] += 1
        self.decimals = max(self.decimals, decimals)
        if text is not None and not self.is_open:
            self.values.add(text)


@dataclass(slots=True)
class TypeSeen:
    """One event type of a lane."""

    count: int = 0
    correlated: int = 0
    correlations: set[str] = field(default_factory=set)
    fields: dict[str, FieldSeen] = field(default_factory=dict)


@dataclass(slots=True)
class LaneSeen:
    """The streams whose names begin alike."""

    prefix: str
    keys: set[str] = field(default_factory=set)
    types: dict[str, TypeSeen] = field(default_factory=dict)
    transitions: Counter[tuple[str, str]] = field(default_factory=Counter)
    first_versions: Counter[int | None] = field(default_factory=Counter)
    events: int = 0
    appearances: int = 0  # of a type in a stream, however often


@dataclass(slots=True)
class Observed:
    """All of it. `unnamed` counts events without a stream, `unread` what could not be read."""

    lanes: dict[str, LaneSeen] = field(default_factory=dict)
    events: int = 0
    unnamed: int = 0
    unread: int = 0

    @property
    def currencies(self) -> list[str]:
        types = (type_ for lane in self.lanes.values() for type_ in lane.types.values())
        return sorted({code for type_ in types for one in type_.fields.values() for code in one.currencies})


def observe(samples: Iterable[Sample | None]) -> Observed:
    """One pass over `samples`, each stream's in its own order; None is an event that could not be read."""
    seen = Observed()
    last: dict[str, str] = {}
    appeared: set[tuple[str, str]] = set()
    for sample in samples:
        if sample is None:
            seen.unread += 1
            continue
        seen.events += 1
        if not sample.stream:
            seen.unnamed += 1
            continue
        prefix = prefix_of(sample.stream)
        lane = seen.lanes.get(prefix) or seen.lanes.setdefault(prefix, LaneSeen(prefix))
        before = last.get(sample.stream, NOTHING)
        if before == NOTHING:
            lane.keys.add(key_after(prefix, sample.stream))
            lane.first_versions[sample.version] += 1
        last[sample.stream] = sample.type
        lane.transitions[(before, sample.type)] += 1
        lane.events += 1
        if (sample.stream, sample.type) not in appeared:
            appeared.add((sample.stream, sample.type))
            lane.appearances += 1
        _see(lane.types.setdefault(sample.type, TypeSeen()), sample)
    for stream, type_ in last.items():
        seen.lanes[prefix_of(stream)].transitions[(type_, NOTHING)] += 1
    return seen


def _see(seen: TypeSeen, sample: Sample) -> None:
    seen.count += 1
    if sample.correlation:
        seen.correlated += 1
        if len(seen.correlations) < VALUES_MAX:
            seen.correlations.add(sample.correlation)
    for path, value in _leaves(sample.data, ""):
        seen.fields.setdefault(path, FieldSeen()).see(value)


def _leaves(data: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    """Every path whose names the model file can write; what stands in lists is not looked into."""
    for name, value in data.items():
        if not name or "." in name or name.startswith("$") or name.endswith("?"):
            continue
        path = before + name
        if isinstance(value, dict) and value and path.count(".") < DEPTH_MAX:
            yield from _leaves(value, path + ".")
        elif value is not None:
            yield path, value
