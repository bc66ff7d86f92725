"""What was seen of a source's events, gathered in one pass: streams, types, transitions, and how each field looks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from audit.model.check_names import PATH_PART
from audit.model.currencies import ISO_DIGITS
from audit.model.inferring.looks import Look, look_of
from audit.model.inferring.prefixes import key_after, prefix_of

VALUES_MAX = 10_000  # of one field are remembered to compare them with streams' keys
DEPTH_MAX = 4
KEYS_MAX = 12  # of one object, where each is in few events: more are values, as in a map by account
VALUE = re.compile(
    r"\d[\d./-]*|[a-z]{0,2}[-_]?\d{3,}.*|.*(?:\d{6}|[@\s+]|[0-9a-f]{8}-[0-9a-f]{4}-).*", re.IGNORECASE | re.DOTALL
)
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
    is_map: bool = False  # an object whose keys are values, or cannot be written: it is not looked into

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
    objects: Counter[str] = field(default_factory=Counter)  # path of an object -> events that have it
    left_out: set[str] = field(default_factory=set)  # outermost names that the model file cannot have


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
    for lane in seen.lanes.values():
        for one in lane.types.values():
            _close_maps(one)
    return seen


def _see(seen: TypeSeen, sample: Sample) -> None:
    seen.count += 1
    if sample.correlation:
        seen.correlated += 1
        if len(seen.correlations) < VALUES_MAX:
            seen.correlations.add(sample.correlation)
    for name, value in sample.data.items():
        if _is_name(name):
            _see_value(seen, name, value, DEPTH_MAX)
        elif len(seen.left_out) < VALUES_MAX:
            seen.left_out.add(name)


def _see_value(seen: TypeSeen, path: str, value: Any, depth_left: int) -> None:
    """Every path whose names the model file can write; what stands in lists is not looked into."""
    if value is None:
        return
    if not isinstance(value, dict) or not value or not depth_left:
        seen.fields.setdefault(path, FieldSeen()).see(value)
    elif all(map(_is_name, value)):
        seen.objects[path] += 1
        for name, inner in value.items():
            _see_value(seen, f"{path}.{name}", inner, depth_left - 1)
    else:
        whole = seen.fields.setdefault(path, FieldSeen())
        whole.see(value)
        whole.is_map = True


def _is_name(name: str) -> bool:
    """Whether it can be written in a path, and says what a value is and not which."""
    return PATH_PART.fullmatch(name) is not None and VALUE.fullmatch(name) is None


def _close_maps(seen: TypeSeen) -> None:
    """Objects whose keys are values are one field each; nothing within them is left."""
    for path, count in sorted(seen.objects.items()):
        within = [name for name in seen.fields if name.startswith(path + ".")]
        keys = Counter({name[len(path) + 1 :].partition(".")[0]: 0 for name in within})
        for name in within:
            key = name[len(path) + 1 :].partition(".")[0]
            keys[key] = max(keys[key], seen.fields[name].count)
        known = seen.fields.get(path)
        is_sparse = len(keys) > KEYS_MAX and 2 * keys.total() < count * len(keys)
        if not is_sparse and not (known and known.is_map):
            continue
        for name in within:
            del seen.fields[name]
        whole = seen.fields.setdefault(path, FieldSeen())
        whole.is_map = True
        whole.count += count
        whole.looks[Look.TREE] += count
