"""Personal fields may be shown, masked, and sought exactly; nothing that is stored in the clear may be made of them."""

from __future__ import annotations

from collections.abc import Iterator

from audit.model import schema
from audit.model.effects import paths_of
from audit.model.personal import covers, encloses
from audit.model.places import PlaceTemplate
from audit.model.problems import Key, Problems
from audit.model.streams import Pattern


def check_personal(document: schema.Document, problems: Problems) -> None:
    for name, lane in document.lane.items():
        for type_, event in lane.event.items():
            key: Key = ("lane", name, "event", type_)
            for personal in event.personal:
                for use, path in _uses(lane, event, (*key,)):
                    if covers(personal, path) or covers(event.upcast.get(personal, personal), path):
                        problems.error(
                            use,
                            f'"{path}" is personal, and what is made of it here is kept in the clear',
                            f'Use a field that is not personal, or take "{personal}" out of personal',
                        )
                if personal.startswith("$"):
                    problems.error(
                        (*key, "personal"),
                        f'"{personal}" is not part of the payload and cannot be sealed',
                        "Name payload fields only",
                    )
            for form, other in _halves(event):
                problems.error(
                    (*key, "personal"),
                    f'"{form}" is personal and its other form by upcast, "{other}", is not: that is kept in the clear',
                    f'Add "{other}" to personal',
                )


def _halves(event: schema.Event) -> Iterator[tuple[str, str]]:
    """Personal paths whose newer or older form is not. Of a path that upcast itself names the older one is."""
    personal = [*event.personal, *(event.upcast[path] for path in event.personal if path in event.upcast)]
    for one, other in [*event.upcast.items(), *((old, new) for new, old in event.upcast.items())]:
        for path in event.personal:
            if not covers(path, one):
                continue
            form = ".".join([other, *path.split(".")[len(one.split(".")) :]])
            if not any(encloses(known, form) for known in personal):
                yield path, form


def _uses(lane: schema.Lane, event: schema.Event, key: Key) -> Iterator[tuple[Key, str]]:
    """Payload paths of which something is kept in the clear, with the key that says so."""
    for kind, paths in event.ties.items():
        yield from (((*key, "ties", kind), path.rstrip("?")) for path in paths)
    item = event.item.path if event.item is not None else lane.item
    if item:
        yield (*key, "item"), item
    for name, setting in event.sets.items():
        path = setting.path or setting.total_of
        if path:
            yield (*key, "sets", name), path.rstrip("?")
    for number, move in enumerate(event.moves):
        yield from _money((*key, "moves", number), move.amount, move.currency)
        yield from (((*key, "moves", number, "when"), path) for path in move.when)
        for side, text in (("from", move.from_), ("to", move.to)):
            yield from (((*key, "moves", number, side), name) for name in _payload_names(lane, event, text))
    if event.declares is not None:
        yield from _money((*key, "declares"), event.declares.amount, event.declares.currency)
    if event.total is not None:
        yield from _money((*key, "total"), event.total.amount, event.total.currency)
        place = event.total.from_ or event.total.to or ""
        yield from (((*key, "total"), name) for name in _payload_names(lane, event, place))
    for name in ("reason", "by", "approved_by") if event.reasoned is not None else ():
        if path := getattr(event.reasoned, name):
            yield (*key, "reasoned", name), path
    if event.corrects:
        yield (*key, "corrects"), event.corrects
    yield from (((*key, "effect"), path) for path in paths_of(lane, event))
    for number, one in enumerate(event.asserts):
        yield (*key, "asserts", number, "field"), one.field
        for text in one.places:
            yield from (((*key, "asserts", number, "places"), name) for name in _payload_names(lane, event, text))


def _money(key: Key, amount: schema.Amount, currency: schema.CurrencyOf) -> Iterator[tuple[Key, str]]:
    path = amount.path or amount.increase_of
    if path:
        yield (*key, "amount"), path
    if currency.path:
        yield (*key, "currency"), currency.path


def _payload_names(lane: schema.Lane, event: schema.Event, text: str) -> list[str]:
    given = {name for pattern in lane.streams for name in Pattern(pattern).names} | set(event.ties)
    return [name for name in PlaceTemplate.parse(text).names if name not in given]
