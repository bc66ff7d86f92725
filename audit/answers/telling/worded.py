"""What a finding was counted with, in words that a person knows: the model's titles in place of the names of types,
lanes, states and places, times in the bank's zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import field_title, kind_title, place_title
from audit.answers.reading.states import state_title
from audit.answers.spelled import has_decimal_comma
from audit.answers.words import apart, within, word
from audit.findings.rule import phrase
from audit.model.meaning import Lane
from audit.shown import isolated
from audit.sources.cloudevents import UNREADABLE
from audit.values import Place

EVENTS = ("after", "one_of", "came", "type")
TYPES = ("change", "undoing", "other")
PHRASES = ("before", "how", "lacks", "what", "why")
STATES = ("state", "from", "to", "allowed")
PLACES = ("place", "places", "below")
TIMES = ("due", "since")
SUMS = ("stored", "summed")
FIGURES = ("values",)
UNNAMED = {"type": "unnamed_event", "stream": "unnamed_stream"}
COMMAS = str.maketrans(",.", ".,")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_HYPHEN = re.compile(r"(?<!\S)-(?=\d)")
_EVENT = re.compile(r"(\w+) of (\w+)")
_PLACE = re.compile(r"(\w+):([^,\s]+)")
_NAME = re.compile(r"\w+")


def worded(inquiry: Inquiry, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers with words in place of names; what the model no longer knows stays as it was counted."""
    lane = _lane(inquiry, numbers)
    return {name: _word(inquiry, numbers, name, value, lane) for name, value in numbers.items()}


def _word(inquiry: Inquiry, numbers: Mapping[str, Any], name: str, value: Any, lane: Lane | None) -> Any:
    if name == "seconds" and isinstance(value, int):
        return apart(inquiry.language, value)
    if not isinstance(value, str):
        return value
    if name in FIGURES and has_decimal_comma(inquiry.language):
        return _POINT.sub(",", value)
    if name == "moved_text" and numbers.get("moved") == "0" and "book" in numbers:  # what left may be booked yet
        return word(inquiry.language, "nothing_that_arrived")
    if name.endswith("_text") or name in SUMS:
        return _amount(value.translate(COMMAS) if has_decimal_comma(inquiry.language) else value)
    if value == UNREADABLE and name in UNNAMED:
        return word(inquiry.language, UNNAMED[name])
    if name == "type" and _NAME.fullmatch(value):
        return _type(inquiry, value, lane)
    if name == "stream":
        return _stream(inquiry, value)
    if name in EVENTS:
        either = f" {word(inquiry.language, 'or')} ".join(value.split(" or "))
        return _EVENT.sub(lambda found: _event(inquiry, found), either)
    if name in TYPES:
        return _NAME.sub(lambda found: _type(inquiry, found[0], lane), phrase(value, inquiry.language))
    if name in PLACES:
        return _PLACE.sub(lambda found: _place(inquiry, found), value)
    if name in STATES and lane is not None:
        return _NAME.sub(lambda found: _state(inquiry, lane, found[0]), value)
    if name in ("lane", "kind"):
        return within(kind_title(inquiry, value))
    if name in TIMES:
        return _time(inquiry, value)
    if name == "same":
        return within(field_title(inquiry, value))
    if name in PHRASES:
        return phrase(value, inquiry.language)
    return value


def _amount(value: str) -> str:
    """With a minus sign, as amounts have it on the pages."""
    return _HYPHEN.sub("−", value)


def _lane(inquiry: Inquiry, numbers: Mapping[str, Any]) -> Lane | None:
    """Whose states and events the finding names: its lane's, that of its stream, or the one that ends such a flow."""
    kind, found = inquiry.model.kinds.get(str(numbers.get("kind"))), inquiry.lane_of(str(numbers.get("stream", "")))
    if "lane" not in numbers and found is not None:
        return found[0]
    return inquiry.model.lanes.get(str(numbers.get("lane") or (kind.ends_with if kind else None)))


def _state(inquiry: Inquiry, lane: Lane, name: str) -> str:
    return state_title(inquiry, lane, name) if name in lane.states else name


def _type(inquiry: Inquiry, name: str, lane: Lane | None) -> str:
    """By its title; of a type that no lane is named with, where all lanes that have it call it the same."""
    lanes = [lane] if lane is not None and name in lane.events else inquiry.model.lanes.values()
    titles = {inquiry.text(one.events[name].title) for one in lanes if name in one.events}
    title = titles.pop() if len(titles) == 1 else ""
    return f"“{title}”" if title else name


def _stream(inquiry: Inquiry, name: str) -> str:
    found = inquiry.lane_of(name)
    return f"{within(kind_title(inquiry, found[0].name))} {isolated(found[1])}" if found else f"stream {isolated(name)}"


def _event(inquiry: Inquiry, found: re.Match[str]) -> str:
    lane = inquiry.model.lanes.get(found[2])
    meaning = lane.events.get(found[1]) if lane else None
    title = inquiry.text(meaning.title) if meaning else ""
    return f"“{title}” ({within(kind_title(inquiry, found[2]))})" if title else found[0]


def _place(inquiry: Inquiry, found: re.Match[str]) -> str:
    """Where several books have places of a name, the first's words: they are of the same kind of place."""
    book = next((book for book, kind in inquiry.model.places if kind == found[1]), None)
    return f"“{place_title(inquiry, Place(book, found[1], found[2]))}”" if book else found[0]


def _time(inquiry: Inquiry, value: str) -> str:
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return value
    return inquiry.time(time) if time.tzinfo else value
