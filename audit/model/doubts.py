"""Warnings: what a model may leave out, but rarely means to."""

from __future__ import annotations

from difflib import get_close_matches

from audit.model import schema
from audit.model.check_texts import texts_in
from audit.model.fields import cumulative_paths
from audit.model.places import PlaceTemplate
from audit.model.problems import Key, Problems
from audit.model.streams import Pattern
from audit.model.texts import PLACEHOLDER

NEAR = 0.8  # how alike a name in a sentence must be to a known one to be taken for a slip


def doubt(document: schema.Document, problems: Problems) -> None:
    _doubt_texts(document, problems)
    _doubt_states(document, problems)
    _doubt_places(document, problems)
    _doubt_kinds(document, problems)


def _doubt_texts(document: schema.Document, problems: Problems) -> None:
    for name, lane in document.lane.items():
        for type_, event in lane.event.items():
            key: Key = ("lane", name, "event", type_)
            for attribute, reader in (("says", "staff"), ("tells", "customers")):
                if not getattr(event, attribute):
                    problems.warn(key, f"the event has no sentence for {reader}", f'Add {attribute} = "..."')
            _doubt_names(key, lane, event, problems)
            if event.retry and event.asks_again is None:
                problems.warn(
                    key,
                    "it is not said whether this asks again or sends again, and what is sent again can pay twice",
                    'Add asks_again = "question" or "resend"',
                )
    for key, text in texts_in(document):
        for language in document.model.languages:
            if text and language not in text:
                problems.warn(key, f'there is no text in "{language}"', f'Add {language} = "..."')


def _doubt_names(key: Key, lane: schema.Lane, event: schema.Event, problems: Problems) -> None:
    """A name in a sentence that is nearly, but not quite, one that the event uses elsewhere."""
    known = {name for text in lane.streams for name in Pattern(text).names} | set(event.ties) | set(event.shows)
    known |= {move.amount.path or "" for move in event.moves} | set(cumulative_paths(event)) | set(event.sets)
    for attribute in ("says", "tells"):
        for words in getattr(event, attribute).values():
            for name in PLACEHOLDER.findall(words):
                near = get_close_matches(name, known, 1, NEAR)
                if near and name not in known:
                    problems.warn(
                        (*key, attribute),
                        f'"{{{name}}}" is not used elsewhere in this event',
                        f'Did you mean "{{{near[0]}}}"?',
                    )


def _doubt_states(document: schema.Document, problems: Problems) -> None:
    for name, lane in document.lane.items():
        transitions = [event.state for event in lane.event.values() if event.state is not None]
        reached = {one.to for one in transitions if one.to is not None}
        left = {
            state
            for one in transitions
            if one.to is not None
            for state in (lane.state if one.from_ is None else one.from_)
            if one.to != state
        }
        for state_name, state in lane.state.items():
            key: Key = ("lane", name, "state", state_name)
            if state_name not in reached:
                problems.warn(key, "no event sets this state", "Set it with state = { to = ... }, or take it away")
            elif state_name not in left and len(lane.state) > 1 and not (state.final or state.waits_on_person):
                problems.warn(
                    key,
                    "no event leaves this state, and it is not final",
                    "Add final = true, or the event that leaves it",
                )
        if lane.state and not any("none" in (one.from_ or ["none"]) for one in transitions):
            problems.warn(
                ("lane", name), "no event may be a stream's first", 'Write state = { from = ["none"], to = ... } for it'
            )


def _doubt_places(document: schema.Document, problems: Problems) -> None:
    used = {
        (move.book, PlaceTemplate.parse(text).kind)
        for lane in document.lane.values()
        for event in lane.event.values()
        for move in event.moves
        for text in (move.from_, move.to)
    }
    for book, one in document.book.items():
        for name in one.place:
            if (book, name) not in used:
                problems.warn(
                    ("book", book, "place", name),
                    "no movement uses this place",
                    "Take it away, or move money through it",
                )


def _doubt_kinds(document: schema.Document, problems: Problems) -> None:
    tied = set(document.lane) | {
        kind for lane in document.lane.values() for event in lane.event.values() for kind in event.ties
    }
    tied |= {name for lane in document.lane.values() for text in lane.streams for name in Pattern(text).names}
    for name, kind in document.kind.items():
        if name not in tied:
            problems.warn(
                ("kind", name), "no event is ever tied to this kind", "Tie it: ties = { " + name + ' = "path" }'
            )
        elif kind.flow and not any(
            event.declares and _may_tie(name, lane, event)
            for lane in document.lane.values()
            for event in lane.event.values()
        ):
            problems.warn(
                ("kind", name),
                "no event declares how much money travels in it",
                "Add declares = { amount = ..., currency = ... }",
            )


def _may_tie(kind: str, lane: schema.Lane, event: schema.Event) -> bool:
    return kind in event.ties or kind in lane.inherits or any(kind in Pattern(text).names for text in lane.streams)
