"""Facts of a subject's page: the fields that its events show, latest value first told, personal ones masked."""

from __future__ import annotations

from collections.abc import Iterable

from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import Told
from audit.answers.reading.names import field_title
from audit.answers.shapes import Fact
from audit.model.meaning import Model
from audit.model.paths import text_of
from audit.model.personal import is_personal

FACTS_MAX = 24


def facts_of(inquiry: Inquiry, told: Iterable[Told], *, is_once: bool = False) -> tuple[Fact, ...]:
    """In the order in which the model shows them; a later event's value takes an earlier one's place. `is_once`: what
    several lanes tell under one title and alike (a shop, the receiver) is told by the first."""
    found: dict[str, Fact] = {}
    raw: dict[str, str] = {}
    told = list(told)
    left = _left_behind(told)
    for one in told:
        if one.meaning is None or one.payload is None or one.payload.data is None:
            continue
        for path in one.meaning.shows:
            value = one.shown(tuple(path))
            if value:
                name = ".".join(path)
                was_so = one.row.recorded if one.row.position in left else None
                is_private, title = one.is_personal(tuple(path)), field_title(inquiry, name)
                gone = one.is_erased(tuple(path))
                found[name] = Fact(name, title, value, name, is_private, one.ref, was_so, gone)
                raw[name] = text_of(one.at(tuple(path))) or value
    if is_once:
        first = {(fact.title, raw[name]): name for name, fact in reversed(found.items())}
        found = {name: fact for name, fact in found.items() if first[fact.title, raw[name]] == name}
    return tuple(found.values())[:FACTS_MAX]


def _left_behind(told: Iterable[Told]) -> set[int]:
    """Events after a stream's first one whose state is not the stream's any more: what they told was so then."""
    began: set[str] = set()
    found: set[int] = set()
    now: dict[str, list[int]] = {}
    for one in told:
        if one.reading is None or one.reading.to is None or one.reading.problem:
            continue
        found.update(now.pop(one.row.stream, ()))
        if one.row.stream in began:
            now[one.row.stream] = [one.row.position]
        began.add(one.row.stream)
    return found


def is_personal_fact(model: Model, path: str) -> bool:
    """Whether some event shows a personal field under this path."""
    return any(
        is_personal(meaning, path)
        for lane in model.lanes.values()
        for meaning in lane.events.values()
        if tuple(path.split(".")) in map(tuple, meaning.shows)
    )
