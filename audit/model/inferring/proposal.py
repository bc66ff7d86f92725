"""A proposed model file: what was seen as tables that `model check` accepts, what a person must decide as comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from audit.model.inferring.guesses import MINOR_WORDS, LaneGuess, TypeGuess
from audit.model.inferring.observed import Observed

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BOOKS = (
    "# TODO: the books (ledger, custody) and their places, and in `moves` below what each event moves between them:",
    "# [book.ledger.place]",
    '# available = { title = "available", tells = "on your account" }   # and whose money it is: owner = "KIND"',
    '# outside = { title = "outside the bank", source = true, certainty = "outside" }',
)
_SHOWN_MAX = 6  # of what came before a type


def proposal(lanes: Sequence[LaneGuess], name: str, observed: Observed) -> str:
    """The text of the file, for the source `name`."""
    return "\n".join([*_head(name, observed), *(line for lane in lanes for line in _lane(lane))]) + "\n"


def _head(name: str, observed: Observed) -> Iterator[str]:
    yield f"# A first model of {_one_line(name)}, proposed from {_counted(observed.events, 'event')}."
    yield "# It says what was seen, not what it means: read every line, decide what is marked with TODO, and try it"
    yield "# with `python manage.py model check FILE`. docs/tutorial-model.md shows how."
    if observed.unread:
        yield f"# Could not be read: {_counted(observed.unread, 'event')}; nothing here is from them."
    if observed.unnamed:
        yield f"# Without a stream: {_counted(observed.unnamed, 'event')}; no lane can have them."
    called = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "bank"
    yield from ("", "[model]", f"name = {_text(called)}", "version = 1")
    yield 'zone = "UTC"   # TODO: the zone of the bank\'s days, such as "Europe/Copenhagen"'
    yield 'languages = ["en"]'
    for code in observed.currencies:
        yield from ("", f"[currency.{code}]")
    yield from ("", *_BOOKS)


def _lane(lane: LaneGuess) -> Iterator[str]:
    yield f"\n# ---- {_counted(lane.streams, 'stream')}, {_counted(lane.events, 'event')}"
    yield f"\n[lane.{lane.name}]"
    yield f"title = {_text(_words(lane.name))}"
    yield f"streams = {_text(lane.pattern)}"
    if lane.first_version is not None and lane.streams > 1:
        yield f"versions_from = {lane.first_version}"
    states = _states(lane)
    if states:
        yield "\n# TODO: name them as the bank does; say which are failures or timeouts, and how long each may last."
        yield f"[lane.{lane.name}.state]"
    for type_, state in states.items():
        is_final = lane.types[type_].ends == lane.types[type_].count
        yield f"{state} = {{ title = {_text(_words(state))}{', final = true' if is_final else ''} }}"
    for type_, one in lane.types.items():
        yield from _type(lane, type_, one, states)


def _states(lane: LaneGuess) -> dict[str, str]:
    """For each type the state that it seems to set: its own name; told apart by a number where two are alike."""
    states: dict[str, str] = {}
    for type_ in lane.types if lane.has_states else ():
        name, number = _state(type_), 2
        while name in states.values():
            name, number = f"{_state(type_)}_{number}", number + 1
        states[type_] = name
    return states


def _type(lane: LaneGuess, type_: str, one: TypeGuess, states: Mapping[str, str]) -> Iterator[str]:
    yield f"\n# {one.count:,} seen{_before(one)}; last in {_counted(one.ends, 'stream')}"
    yield f"[lane.{lane.name}.event.{_key(type_)}]"
    yield f"title = {_text(_words(type_))}"
    yield f"says = {_text(_words(type_))}   # TODO: a sentence for staff, with {{fields}}; and `tells` for the customer"
    if type_ in states:
        listed = ", ".join(_text(states[before] if before else "none") for before, _ in one.after)
        yield f"state = {{ from = [{listed}], to = {_text(states[type_])} }}"
    if one.ties:
        yield f"ties = {{ {', '.join(f'{kind} = {_text(path)}' for kind, path in one.ties.items())} }}"
    if one.personal:
        yield f"personal = [{', '.join(map(_text, one.personal))}]"
    for path in one.parties:
        yield f"# TODO: {_one_line(path)} may be a customer's number and no name. Then take it out of `personal`,"
        yield f"#   and tie it: ties = {{ customer = {_text(path)} }}"
    if one.maps:
        yield f"# not looked into, for their keys seem to be values: {', '.join(map(_one_line, one.maps))}"
    if one.left_out:
        yield f"# TODO: left out: {_counted(one.left_out, 'field')} with names that no model can have or that seem"
        yield "#   to be values; what is personal in them would stand in the clear: rename them in a view of the store."
    if one.identifiers:
        yield f"identifiers = {{ {', '.join(f'{_key(_last(p))} = {_text(p)}' for p in _unlike(one.identifiers))} }}"
    if one.shows:
        yield f"shows = [{', '.join(map(_text, one.shows))}]"
    if one.optional:
        yield f"# not in every one: {', '.join(sorted(map(_one_line, one.optional)))}"
    for path in one.amounts:
        currency = _text(one.currency) if one.currency else '{ always = "..." }'
        yield f"# TODO: looks like money: moves = [{{ book = \"ledger\", amount = {_text(path)}, currency = {currency},"
        yield '#   from = "...", to = "..." }]'
        if MINOR_WORDS.search(_last(path)):
            yield "# TODO: its name says minor units (cents); amounts are read as whole units, 100 as 100.00: divide it"
            yield "#   in a view of the store, or in the file."
    for path in one.balances:
        yield f"# TODO: looks like a balance afterwards: asserts = [{{ field = {_text(path)}, book = \"ledger\","
        yield '#   places = ["..."] }]'


def _counted(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def _before(one: TypeGuess) -> str:
    named = [f"{'the beginning' if not before else _one_line(before)} {count:,}" for before, count in one.after]
    more = f" and {len(named) - _SHOWN_MAX} other types" if len(named) > _SHOWN_MAX else ""
    return f", after {', '.join(named[:_SHOWN_MAX])}{more}" if named else ""


def _state(type_: str) -> str:
    """A type's name as a state's: `TransferInitiated` becomes `transfer_initiated`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type_)
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", words).strip("_-").lower()
    return name if name[:1].isalpha() else f"s_{name}"


def _words(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("{", "(").replace("}", ")")
    return words[:1].upper() + words[1:] if words else "?"


def _unlike(paths: Sequence[str]) -> list[str]:
    """Of paths that end alike, the first."""
    return list({_last(path): path for path in reversed(paths)}.values())[::-1]


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _text(value: str) -> str:
    """A TOML text: JSON's escapes, and the one control character that JSON leaves as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _one_line(text: str) -> str:
    """What may stand in a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
