"""What a viewer may not know of, taken out of what is shown: restricted customers, what is theirs alone, and their
names in what others shared with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, Protocol, TypeVar

from audit import prepared
from audit.answers.shapes import Link
from audit.database import Connection, is_withholding, sql
from audit.model.meaning import Model
from audit.values import EventRef, Money, Place, Subject

WITHHELD = "withheld"
Shown = TypeVar("Shown")


class Asking(Protocol):
    """What of an inquiry is needed."""

    @property
    def connection(self) -> Connection: ...
    @property
    def model(self) -> Model: ...
    @property
    def private(self) -> dict[Subject, bool]: ...


@dataclass(frozen=True, slots=True)
class Withheld:
    """`hidden`: not to be known of. `touched`: to be seen, and somebody hidden takes part in it."""

    hidden: frozenset[Subject]
    touched: frozenset[Subject]


NOTHING = Withheld(frozenset(), frozenset())


def hidden_among(asking: Asking, subjects: Iterable[Subject]) -> frozenset[Subject]:
    """Those that the viewer may not know of."""
    wanted = set(subjects)
    return withheld_around(asking, wanted).hidden & wanted


def withheld_around(asking: Asking, subjects: Collection[Subject]) -> Withheld:
    """Of these subjects and of the customers and accounts that take part in them."""
    if not subjects or not is_withholding(asking.connection):
        return NOTHING
    wanted = sorted(subjects)
    parameters = {
        "kinds": [one.kind for one in wanted],
        "keys": [one.key for one in wanted],
        "holders": holders(asking.model),
    }
    rows = prepared.rows(asking.connection, sql("withheld_among"), parameters)
    return Withheld(
        frozenset(Subject(kind, key) for is_hidden, kind, key in rows if is_hidden),
        frozenset(Subject(kind, key) for is_hidden, kind, key in rows if not is_hidden),
    )


def learn_private(asking: Asking, ties: Iterable[Subject]) -> None:
    """Note of which subjects no event tells anything personal: those hidden, and flows in which somebody hidden takes
    part, for what one side's events say of the other is sealed as the one side's."""
    fresh = {tie for tie in ties if tie not in asking.private}
    found = withheld_around(asking, fresh)
    flows = {tie for tie in found.touched if (kind := asking.model.kinds.get(tie.kind)) is not None and kind.is_flow}
    asking.private.update((tie, tie in found.hidden or tie in flows) for tie in fresh)


def hidden_numbers(asking: Asking, subjects: Collection[int]) -> frozenset[int]:
    """The same of many, by our numbers."""
    if not subjects or not is_withholding(asking.connection):
        return frozenset()
    rows = prepared.rows(asking.connection, sql("withheld_numbers"), {"subjects": list(subjects)})
    return frozenset(row[0] for row in rows)


def withhold(asking: Asking, shown: Shown, subjects: Collection[Subject] = ()) -> tuple[Shown, frozenset[Subject]]:
    """`shown` (answers, lists, texts) without what the viewer may not know of, and what that was.

    `subjects`: whom it is about, where it does not say so itself.
    """
    if not is_withholding(asking.connection):
        return shown, frozenset()
    named = {*subjects, *_named(shown, holders(asking.model))}
    hidden = withheld_around(asking, named).hidden
    return (_Without(hidden)(shown), hidden) if hidden else (shown, hidden)


def holders(model: Model) -> list[str]:
    """Kinds that hold money of their own: with a book, and no flow."""
    return [name for name, kind in model.kinds.items() if kind.book and not kind.is_flow]


def _named(shown: Any, holding: list[str]) -> Iterator[Subject]:
    """Every subject that something names; a place names what it may belong to."""
    if isinstance(shown, Subject):
        yield shown
    elif isinstance(shown, Place):
        if shown.key:
            yield from (Subject(kind, shown.key) for kind in (*holding, "customer", shown.kind))
    elif isinstance(shown, Mapping):
        for value in shown.values():
            yield from _named(value, holding)
    elif isinstance(shown, list | tuple):
        for value in shown:
            yield from _named(value, holding)
    elif is_dataclass(shown) and not isinstance(shown, type):
        for name in _fields(type(shown)):
            yield from _named(getattr(shown, name), holding)


class _Without:
    """Takes hidden subjects out of whatever it is called with."""

    def __init__(self, hidden: frozenset[Subject]) -> None:
        self._hidden = hidden
        self._keys = frozenset(subject.key for subject in hidden)
        keys = sorted(map(re.escape, self._keys), key=len, reverse=True)
        # A key as it stands in sentences and streams' names: not within a word, nor the whole part of an amount.
        self._pattern = re.compile(rf"(?<![0-9A-Za-z])(?<![0-9][.,])(?:{'|'.join(keys)})(?![0-9A-Za-z]|[.,][0-9])")

    def __call__(self, shown: Any) -> Any:
        if isinstance(shown, str):
            return self._pattern.sub(WITHHELD, shown) if type(shown) is str else shown
        if isinstance(shown, EventRef | Money):
            return shown
        if isinstance(shown, Subject):
            return Subject(shown.kind, WITHHELD) if shown in self._hidden else shown
        if isinstance(shown, Link):
            return self._link(shown)
        if isinstance(shown, Mapping):
            return {key: self(value) for key, value in shown.items()}
        if isinstance(shown, tuple) and hasattr(shown, "_make"):
            return shown._make(map(self, shown))
        if isinstance(shown, list | tuple):
            return type(shown)(map(self, shown))
        if is_dataclass(shown) and not isinstance(shown, type):
            return self._rebuilt(shown)
        return shown

    def _link(self, link: Link) -> Link:
        if link.subject not in self._hidden:
            return link
        return Link(Subject(link.subject.kind, WITHHELD), f"{link.kind_title} ({WITHHELD})", link.kind_title)

    def _rebuilt(self, shown: Any) -> Any:
        found = {name: getattr(shown, name) for name in _fields(type(shown))}  # type: ignore[arg-type]
        changed = {name: made for name, value in found.items() if (made := self(value)) is not value and made != value}
        if isinstance(shown, Place):
            return replace(shown, key=WITHHELD) if shown.key in self._keys else shown
        return replace(shown, **changed) if changed else shown


@cache
def _fields(of: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(of) if field.init)
