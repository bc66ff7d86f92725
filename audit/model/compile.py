"""From the checked document to the compiled model that the rest of the engine uses (meaning.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import time
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from audit.model import meaning, schema
from audit.model.calendars import WEEKDAYS, Calendar, due_by
from audit.model.currencies import ISO_DIGITS
from audit.model.expressions import parse
from audit.model.functions import functions
from audit.model.judged import compile_reasons
from audit.model.paths import parts_of
from audit.model.places import UNEXPLAINED
from audit.model.reading import EventCompiler
from audit.model.streams import Match, Pattern
from audit.model.texts import monies_elsewhere, names_in, shown_as_money
from audit.values import Certainty

STREAMS_KEPT_MAX = 20_000  # lanes of streams; about 4 MB
CERTAINTIES = {"known": Certainty.KNOWN, "unconfirmed": Certainty.UNCONFIRMED, "outside": Certainty.OUTSIDE}
_UNEXPLAINED = {"en": "unexplained", "da": "uforklaret"}


def compile_model(document: schema.Document, hash_: str, source: str, raw: Mapping[str, Any]) -> meaning.Model:
    """The compiled model of a document that `check` found no error in."""
    digits = {code: ISO_DIGITS[code] if one.digits is None else one.digits for code, one in document.currency.items()}
    names = frozenset({*document.kind, *document.lane})
    elsewhere = monies_elsewhere(document)
    nevers, numbers = [_never(one) for one in document.never], count(1)
    lanes = {name: _lane(name, lane, names, digits, elsewhere, nevers, numbers) for name, lane in document.lane.items()}
    derived, patterns = [_derived(one) for one in document.derived], _patterns(document)
    head, meanings = document.model, {one.number: one for lane in lanes.values() for one in lane.events.values()}
    return meaning.Model(
        name=head.name,
        hash=hash_,
        zone=head.zone,
        languages=tuple(head.languages),
        kinds={name: _kind(name, document) for name in [*document.kind, *(set(document.lane) - set(document.kind))]},
        books={name: book.title or {head.languages[0]: name} for name, book in document.book.items()},
        places=_places(document),
        digits=digits,
        lanes=lanes,
        lane_of=_lane_of(patterns, lanes),
        patterns=patterns,
        due=due_by({name: _calendar(one, head.zone) for name, one in document.calendar.items()}),
        source=source,
        document=raw,
        version=head.version,
        closed_after=_duration(head.closed_after),
        causes_are_events=head.causes_are_events,
        expectations=[_expectation(one) for one in document.expect],
        nevers=nevers,
        pairs=[_pair(one, document) for one in document.pair],
        derived=derived,
        access=_access(document.access),
        quiet={
            name: one.quiet.seconds * 1_000_000
            for name, one in document.source.items()
            if one.quiet is not None and one.quiet.seconds is not None
        },
        titles={path: one.title for path, one in document.field.items() if one.title},
        values={path: one.values for path, one in document.field.items() if one.values},
        dense=frozenset(name for name, one in document.source.items() if one.dense),
        meanings=meanings,
        nameless=_nameless(meanings),
    )


def _access(one: schema.Access) -> meaning.Access:
    opens, _, closes = (one.hours or "").partition("-")
    hours = (opens.strip(), closes.strip()) if one.hours else None
    return meaning.Access(hours, one.customers, one.times, one.days_again, one.searches, one.guesses, one.review_days)


def _patterns(document: schema.Document) -> Sequence[tuple[Pattern, str | None]]:
    patterns: list[tuple[Pattern, str | None]] = []
    patterns += [(Pattern(text), name) for name, lane in document.lane.items() for text in lane.streams]
    patterns += [(Pattern(text), None) for one in document.derived for text in one.streams]
    return sorted(patterns, key=lambda one: (-one[0].literals, one[0].text))


def _lane_of(
    patterns: Sequence[tuple[Pattern, str | None]], lanes: Mapping[str, meaning.Lane]
) -> Callable[[str], tuple[meaning.Lane, str] | None]:
    """The lane of the first pattern that matches a stream's name."""
    matchers: list[tuple[str, Match, meaning.Lane | None]] = [
        (pattern.prefix, pattern.match, lanes[name] if name is not None else None) for pattern, name in patterns
    ]

    def seek(stream: str) -> tuple[meaning.Lane, str] | None:
        for prefix, match, lane in matchers:
            if stream.startswith(prefix) and (captured := match(stream)) is not None:
                return None if lane is None else (lane, captured[0] if captured else stream)
        return None

    known: dict[str, tuple[meaning.Lane, str] | None] = {}

    def lane_of(stream: str) -> tuple[meaning.Lane, str] | None:
        try:
            return known[stream]
        except KeyError:
            if len(known) >= STREAMS_KEPT_MAX:
                known.clear()
            found = known[stream] = seek(stream)
            return found

    return lane_of


def _lane(
    name: str,
    lane: schema.Lane,
    kinds: frozenset[str],
    digits: Mapping[str, int],
    elsewhere: Mapping[str, meaning.CurrencySource],
    nevers: Sequence[meaning.Never],
    numbers: Iterator[int],
) -> meaning.Lane:
    events: dict[str, meaning.EventMeaning] = {}
    for type_, event in lane.event.items():
        compiler = EventCompiler(type_, name, lane, event, kinds, digits)
        of_event = [never for never in nevers if never.at == (name, type_)]
        events[type_] = _event(compiler, shown_as_money(event, lane, elsewhere), of_event, next(numbers))
        events |= dict.fromkeys(event.renamed_from, events[type_])
    return meaning.Lane(
        name=name,
        title=lane.title or {"en": name},
        order=lane.order,
        subject=name if Pattern(lane.streams[0]).names else None,
        states={state: _state(state, one) for state, one in lane.state.items()},
        events=events,
        knows_order_within_time=lane.order_within_time,
        versions_start_at=lane.versions_from,
        inherits=tuple(lane.inherits),
        nevers=[never for never in nevers if never.at[0] == name],
        asserts=any(event.asserts for event in lane.event.values()),
        correlates=tuple(
            sorted(
                {kind for event in lane.event.values() for kind, paths in event.ties.items() if "$correlation" in paths}
            )
        ),
        fields={
            field: meaning.Field(field, one.title, one.starts, one.computed, one.currency)
            for field, one in lane.field.items()
        },
    )


def _event(
    compiler: EventCompiler,
    monies: Mapping[str, meaning.CurrencySource],
    nevers: Sequence[meaning.Never],
    number: int,
) -> meaning.EventMeaning:
    event, written = compiler.event, functions(compiler)
    older = dict(event.upcast)
    texts = [*event.says.values(), *event.tells.values()]
    return meaning.EventMeaning(
        type=compiler.name,
        lane=compiler.lane_name,
        title=event.title or {"en": compiler.name},
        says=event.says,
        tells=event.tells,
        read=written["read"],
        personal=[parts_of(path) for path in [*event.personal, *(older[p] for p in event.personal if p in older)]],
        is_failure=event.failure,
        is_timeout=event.timeout,
        is_retry=event.retry,
        is_compensation=event.compensation,
        is_correction=event.correction,
        asks_again=event.asks_again,
        shows=[parts_of(path) for path in event.shows],
        counterparty=parts_of(event.counterparty) if event.counterparty else None,
        corrects=parts_of(event.corrects) if event.corrects else None,
        asserted=written.get("asserted"),
        unreasoned=compile_reasons(compiler, event.reasoned) if event.reasoned else None,
        nevers=nevers,
        transition=compiler.transition(),
        once=event.once,
        undone_by=[event_name(other) for other in event.undone_by],
        owner=written["owner"],
        blinded=written["blinded"],
        monies=monies,
        names={name: compiler.get(name) for text in texts for name in names_in(text)},
        upcast=[(parts_of(new), parts_of(old)) for new, old in older.items()],
        blind_paths={
            name: [path, *([older[path]] if path in older else [])]
            for name, path in event.identifiers.items()
            if compiler.is_personal(path)
        },
        effect=_effect(event.effect, written["values"]) if event.effect is not None else None,
        number=number,
    )


def _effect(effect: schema.Effect, values: meaning.RequestValues) -> meaning.Effect:
    return meaning.Effect(values, _duration(effect.within), effect.key is not None)


def _kind(name: str, document: schema.Document) -> meaning.Kind:
    kind = document.kind.get(name, schema.Kind())
    lane = document.lane.get(name)
    title = kind.title or (lane.title if lane else {}) or {document.model.languages[0]: name}
    return meaning.Kind(
        name, title, kind.book, kind.flow, kind.ends_with, _duration(kind.settles_within), name if lane else None
    )


def _nameless(meanings: Mapping[int, meaning.EventMeaning]) -> frozenset[int]:
    declared = {one for about in meanings.values() for one in about.undone_by}
    return frozenset(
        number
        for number, one in meanings.items()
        if one.is_correction and not one.corrects and (one.lane, one.type) not in declared
    )


def _places(document: schema.Document) -> dict[tuple[str, str], meaning.PlaceKind]:
    language = document.model.languages[0]
    title = {language: UNEXPLAINED} | _UNEXPLAINED
    unexplained = {
        (book, UNEXPLAINED): meaning.PlaceKind(book, UNEXPLAINED, title, may_be_negative=True)
        for lane in document.lane.values()
        for event in lane.event.values()
        if event.total is not None and (book := event.total.book)
    }
    return unexplained | {
        (book, name): meaning.PlaceKind(
            book=book,
            name=name,
            title=place.title or {document.model.languages[0]: name},
            owner=place.owner,
            subject=place.subject,
            may_be_negative=place.may_be_negative or place.source,
            rests=place.rests,
            is_transit=place.transit,
            is_source=place.source,
            is_unmatched=place.unmatched,
            certainty=CERTAINTIES[place.certainty],
            tells=place.tells,
            within=_duration(place.within),
        )
        for book, one in document.book.items()
        for name, place in one.place.items()
    }


def _state(name: str, state: schema.State) -> meaning.State:
    return meaning.State(
        name,
        state.title or {"en": name},
        state.final,
        state.failure,
        state.timeout,
        state.waits_on_person,
        _duration(state.within),
        state.awaits,
    )


def _duration(span: schema.Span | None) -> meaning.Duration | None:
    return None if span is None else meaning.Duration(span.seconds, span.bank_days, span.calendar)


def _calendar(calendar: schema.Calendar, zone: str) -> Calendar:
    return Calendar(
        ZoneInfo(calendar.zone or zone),
        time.fromisoformat(calendar.cut_off) if calendar.cut_off else None,
        frozenset(WEEKDAYS.index(day) for day in calendar.weekend),
        frozenset(calendar.holidays),
    )


def event_name(text: str) -> tuple[str, str]:
    """`lane.Type`, split at the first dot."""
    lane, _, type_ = text.partition(".")
    return lane, type_


def _expectation(one: schema.Expectation) -> meaning.Expectation:
    within = _duration(one.within)
    assert within is not None
    return meaning.Expectation(
        event_name(one.after), [event_name(text) for text in one.one_of], within, one.by, one.at_most, one.awaits
    )


def _never(one: schema.Never) -> meaning.Never:
    expression = parse(one.that)
    return meaning.Never(one.name, event_name(one.at), one.that, expression.evaluate, expression.names)


def _pair(one: schema.Pair, document: schema.Document) -> meaning.Pair:
    kind = one.kind or next(name for name, kind in document.kind.items() if kind.flow)
    return meaning.Pair(kind, one.state, {book: frozenset(places) for book, places in one.books.items()})


def _derived(one: schema.Derived) -> meaning.Derived:
    matches = [Pattern(text).match for text in one.streams]
    return meaning.Derived(lambda stream: any(match(stream) is not None for match in matches), parts_of(one.from_field))
