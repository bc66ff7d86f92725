"""When it was true: every interval, by one sound pass over all that changed; what came and went is not missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext

from audit.answers.claims.evaluate import Claims
from audit.answers.claims.furthest import Days, Furthest
from audit.answers.claims.ground import Ground
from audit.answers.claims.ground_flow import FlowGround
from audit.answers.claims.ground_holder import HolderGround
from audit.answers.claims.steps import Key, Span, spans
from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import events_at, read_events
from audit.answers.reading.flows import load_flow
from audit.answers.reading.names import PLACE, Known, known, link_of, place_title
from audit.answers.reading.places import kept_places, parse_place
from audit.answers.reading.unfolded import Unfolded, unfolded
from audit.answers.shapes import Edge, Interval, Link, When
from audit.answers.where import missed_of_holder
from audit.errors import UsageError
from audit.model.expressions import Expression, NotAnExpression, parse
from audit.values import EventRef, Subject, time_of

TOLD = 50  # intervals whose events are told in words: a page's worth


def when(inquiry: Inquiry, subject: Subject, expression: str, days: Days | None = None) -> When:
    """`days`: how far an amount went is told of these alone. Raises UnknownSubject, and UsageError for what is no
    expression or speaks of what the subject has not."""
    fresh = unfolded(inquiry)
    if subject.kind == PLACE:
        place = parse_place(subject.key)
        kept_places(inquiry, place)
        asked = Known(subject, 0)
        link = Link(subject, place_title(inquiry, place), "")
    else:
        asked = known(inquiry, subject, fresh)
        link = link_of(inquiry, subject, asked.id)
    ground = ground_of(inquiry, asked, fresh)
    claims, claim = Claims(ground), claim_of(inquiry, expression).tree
    found, furthest = spans(claims.truth(claim), ground.began), Furthest(claims, claim, days)
    refs = _refs(inquiry, _edges(found))
    said = _said(inquiry, _edges(found[:TOLD]), fresh)
    missed = () if subject.kind == PLACE else missed_of_holder(inquiry, asked, fresh, ())
    at = inquiry.as_of(all(fresh.finality.get(position, True) for position in refs))
    return When(
        subject=link,
        expression=expression,
        at=at,
        model=inquiry.model.hash,
        intervals=tuple(
            Interval(
                _edge(span.since, refs, said),
                _edge(span.until, refs, said) if span.until else None,
                furthest.of(span) if number < TOLD else (),
            )
            for number, span in enumerate(found)
        ),
        complete=not (missed or ground.unreadable or at.unattributed),
        not_understood=missed,
        unreadable=ground.unreadable,
    )


def claim_of(inquiry: Inquiry, text: str) -> Expression:
    """Raises UsageError."""
    try:
        expression = parse(text, inquiry.model.zone)
    except NotAnExpression as error:
        raise UsageError(f'"{text}" {error}') from None
    if not expression.is_claim:
        said = gettext('"%(text)s" is neither true nor false: compare it, as in "balance < -100.50"')
        raise UsageError(said % {"text": text})
    return expression


def ground_of(inquiry: Inquiry, asked: Known, fresh: Unfolded) -> Ground:
    kind = inquiry.model.kinds.get(asked.subject.kind)
    if kind is not None and kind.is_flow:
        return FlowGround(load_flow(inquiry, asked, fresh))
    return HolderGround(inquiry, asked, fresh)


def _edges(found: Sequence[Span]) -> list[int]:
    return [key[-1] for span in found for key in span if key is not None]


def _edge(key: Key, refs: Mapping[int, EventRef], said: Mapping[int, str]) -> Edge:
    return Edge(time_of(key[0]), refs[key[-1]], said.get(key[-1], ""))


def _said(inquiry: Inquiry, positions: Sequence[int], fresh: Unfolded) -> dict[int, str]:
    """What these events say, in the model's words; their types' titles where it has none."""
    rows = events_at(inquiry, sorted(set(positions))).values() if positions else ()
    return {one.row.position: one.says or one.title for one in read_events(inquiry, [*rows], fresh.finality)}


def _refs(inquiry: Inquiry, positions: list[int]) -> dict[int, EventRef]:
    wanted = sorted(set(positions))
    if not wanted:
        return {}
    rows = inquiry.rows("answer_refs", [wanted])
    return {position: EventRef(source, event_id, position) for position, source, event_id in rows}
