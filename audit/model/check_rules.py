"""Checks of what findings judge by: expectations, invariants, pairs of books and derived streams."""

from __future__ import annotations

import re

from audit.model import schema
from audit.model.check_lanes import fields_known
from audit.model.check_names import check_known, check_name, check_path, check_span, names_of_kinds
from audit.model.effects import paths_of
from audit.model.expressions import NotAnExpression, parse
from audit.model.problems import Key, Problems, choice

CORRELATION = "correlation"

_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS = re.compile(rf"{_TIME} ?- ?{_TIME}")


def check_rules(document: schema.Document, problems: Problems) -> None:
    for number, expectation in enumerate(document.expect):
        _check_expectation(("expect", number), expectation, document, problems)
    for name, lane in document.lane.items():
        for type_, event in lane.event.items():
            if event.effect is not None:
                _check_effect(("lane", name, "event", type_, "effect"), lane, event, event.effect, document, problems)
    seen: set[str] = set()
    for number, never in enumerate(document.never):
        _check_never(("never", number), never, document, problems)
        if never.name in seen:
            problems.error(
                ("never", number, "name"), f'there are two nevers called "{never.name}"', "Give each its own name"
            )
        seen.add(never.name)
    for number, pair in enumerate(document.pair):
        _check_pair(("pair", number), pair, document, problems)
    for name, source in document.source.items():
        if source.quiet is not None and source.quiet.seconds is None:
            problems.error(("source", name, "quiet"), "quiet is no number of bank days", 'Write quiet = "6h"')
    _check_access(document.access, problems)
    for number, derived in enumerate(document.derived):
        check_path(derived.from_field, ("derived", number, "from_field"), problems)


def _check_access(access: schema.Access, problems: Problems) -> None:
    if access.hours is not None and not _HOURS.fullmatch(access.hours):
        mend = 'Write hours = "06:00-22:00": from and to, within one day'
        problems.error(("access", "hours"), f'"{access.hours}" are no hours of a day', mend)
    for name in ("customers", "times", "days_again", "searches", "guesses", "review_days"):
        if getattr(access, name) < 1:
            problems.error(("access", name), f"{getattr(access, name)} is below 1", "Write 1 or more, or take it away")


def _check_expectation(key: Key, one: schema.Expectation, document: schema.Document, problems: Problems) -> None:
    check_event_name(one.after, (*key, "after"), document, problems)
    if not one.one_of:
        problems.error((*key, "one_of"), "nothing is expected", 'Write one_of = ["lane.Event"]')
    for name in one.one_of:
        check_event_name(name, (*key, "one_of"), document, problems)
    check_span(one.within, (*key, "within"), document, problems)
    if one.by != CORRELATION:
        check_known(one.by, names_of_kinds(document), (*key, "by"), "kind", problems)
    if one.at_most is not None and one.at_most < 1:
        problems.error((*key, "at_most"), f"{one.at_most} is below 1", "Write 1 or more, or take it away")


def _check_effect(
    key: Key,
    lane: schema.Lane,
    event: schema.Event,
    effect: schema.Effect,
    document: schema.Document,
    problems: Problems,
) -> None:
    if (effect.key is None) == (not effect.same):
        problems.error(key, "exactly one of key and same is needed", 'Write { key = "path" } or { same = ["path"] }')
    elif effect.same and effect.within is None:
        problems.error(key, "equal values are the same request only for a while", 'Add within = "24h"')
    elif effect.key is not None and effect.within is not None:
        problems.error((*key, "within"), "an idempotency key holds for ever", "Take within away")
    if effect.within is not None:
        check_span(effect.within, (*key, "within"), document, problems)
    check_path(effect.unless, (*key, "unless"), problems)
    for path in paths_of(lane, event):
        check_path(path, (*key, "same" if effect.same else "key"), problems)


def check_event_name(text: str, key: Key, document: schema.Document, problems: Problems) -> None:
    """`lane.Event`, both of them known."""
    if not text:
        return
    lane, _, type_ = text.partition(".")
    if lane not in document.lane:
        known = [f"{name}.{event}" for name, one in document.lane.items() for event in one.event]
        problems.error(key, f'"{text}" names no lane', f"Write lane.Event. {choice(text, known, 'event')}")
    else:
        check_known(type_, document.lane[lane].event, key, f"event of lane {lane}", problems)


def _check_never(key: Key, one: schema.Never, document: schema.Document, problems: Problems) -> None:
    if one.name:
        check_name(one.name, (*key, "name"), "a never", problems)
    check_event_name(one.at, (*key, "at"), document, problems)
    try:
        expression = parse(one.that)
    except NotAnExpression as error:
        problems.error(
            (*key, "that"), f'"{one.that}" {error}', 'Write a comparison of remembered fields: "paid >= due"'
        )
        return
    if not expression.is_claim:
        problems.error((*key, "that"), f'"{one.that}" is neither true nor false', "Compare: <, <=, ==, !=, >=, >")
    lane = document.lane.get(one.at.partition(".")[0])
    for name in sorted(expression.names) if lane is not None else ():
        known = fields_known(lane) if lane is not None else set()
        check_known(name, known, (*key, "that"), "remembered field", problems)


def _check_pair(key: Key, one: schema.Pair, document: schema.Document, problems: Problems) -> None:
    flows = {name: kind for name, kind in document.kind.items() if kind.flow}
    if one.kind is None and len(flows) != 1:
        problems.error(
            key,
            f"{len(flows)} kinds are flows, and it is not said which is meant",
            'Add kind = "...", a kind with flow = true',
        )
        return
    name = one.kind or next(iter(flows))
    if check_known(name, flows, (*key, "kind"), "kind with flow = true", problems):
        ending = flows[name].ends_with
        if ending is None:
            problems.error(key, f"kind {name} does not say which lane ends it", f"Add ends_with to [kind.{name}]")
        elif ending in document.lane and one.state:
            check_known(one.state, document.lane[ending].state, (*key, "state"), f"state of lane {ending}", problems)
    for book, places in one.books.items():
        if check_known(book, document.book, (*key, book), "book", problems):
            for place in places:
                check_known(place, document.book[book].place, (*key, book), f"place of book {book}", problems)
