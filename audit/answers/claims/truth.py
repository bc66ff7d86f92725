"""Of whom a claim is true, of whom it is unknown, and how such sets are joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from audit.model.expressions import some

Members = dict[int, datetime]  # subject -> since when it is true
Values = dict[int, list[tuple[str, Any, datetime]]]  # subject -> tag (a currency), value, since when


@dataclass(frozen=True, slots=True)
class Truth:
    """Of whom a claim is true, and of whom it is unknown; of everyone else it is false."""

    members: Members
    unknown: Set[int] = frozenset()


def true_since(
    run: Callable[[Mapping[str, Any]], Any], values: Mapping[str, list[tuple[str, Any, datetime]]]
) -> tuple[bool | None, datetime | None]:
    """Whether it is true in one currency, and since when; None: it is true in none and unknown in some."""
    tags = {tag for one in values.values() for tag, _, _ in one}
    sinces, truths = [], []
    for tag in tags:
        chosen = {name: [(v, at) for t, v, at in one if t in (tag, "")] for name, one in values.items()}
        for index in range(max(len(one) for one in chosen.values())):
            now = {name: one[min(index, len(one) - 1)] for name, one in chosen.items() if one}
            if len(now) < len(chosen):
                continue
            truths.append(run({name: value for name, (value, _) in now.items()}))
            if truths[-1] is True:
                sinces.append(max(at for _, at in now.values()))
    return some(truths) if truths else None, min(sinces, default=None)  # type: ignore[return-value]


def is_false_of_nothing(run: Callable[[Mapping[str, Any]], Any], names: list[str]) -> bool:
    """Whether it is false of whoever has nothing, as `places.reserved > 0` is."""
    return (
        len(names) == 1 and names[0].partition(".")[0] in ("balance", "places") and run({names[0]: Decimal(0)}) is False
    )


def any_of(parts: Sequence[Truth]) -> Truth:
    found: Members = {}
    for part in parts:
        for id, since in part.members.items():
            found[id] = min(since, found.get(id, since))
    return Truth(found, {id for part in parts for id in part.unknown} - found.keys())


def all_of(parts: Sequence[Truth]) -> Truth:
    smallest = min((part.members for part in parts), key=len)
    found = {
        id: max(part.members[id] for part in parts) for id in smallest if all(id in part.members for part in parts)
    }
    possible = set.intersection(*({*part.members, *part.unknown} for part in parts))
    return Truth(found, possible - found.keys())
