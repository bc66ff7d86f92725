"""Checks of what rules hold against an event: its total, a correction's reasons, what happens once, what undoes it."""

from __future__ import annotations

from audit.model import schema
from audit.model.check_money import check_amount, check_place
from audit.model.check_names import check_known, check_name, check_path
from audit.model.check_rules import check_event_name
from audit.model.places import PlaceTemplate
from audit.model.problems import Key, Problems


def check_judged(document: schema.Document, problems: Problems) -> None:
    for name, lane in document.lane.items():
        for type_, event in lane.event.items():
            key: Key = ("lane", name, "event", type_)
            if event.total is not None:
                _check_total((*key, "total"), name, event, event.total, document, problems)
            if event.reasoned is not None:
                _check_reasons((*key, "reasoned"), event, event.reasoned, problems)
            if event.once is not None:
                check_name(event.once, (*key, "once"), "what happens once", problems)
            for other in event.undone_by:
                check_event_name(other, (*key, "undone_by"), document, problems)
            for number, one in enumerate(event.asserts):
                _check_owner((*key, "asserts", number, "places"), name, one, document, problems)


def _check_total(
    key: Key, lane: str, event: schema.Event, total: schema.Total, document: schema.Document, problems: Problems
) -> None:
    check_amount(key, total.amount, total.currency, document, problems)
    if (total.from_ is None) == (total.to is None):
        problems.error(
            key,
            "it is not clear of which place this is the total",
            'Write from = "PLACE" for what leaves it, or to = "PLACE" for what reaches it',
        )
    elif total.book and check_known(total.book, document.book, (*key, "book"), "book", problems):
        side, text = ("from", total.from_) if total.from_ is not None else ("to", total.to)
        check_place((*key, side), lane, event, total.book, text or "", document, problems)


def _check_reasons(key: Key, event: schema.Event, reasons: schema.Reasons, problems: Problems) -> None:
    if not event.correction:
        problems.error(key, "only corrections need reasons", "Add correction = true")
    if not (reasons.reason or reasons.by or reasons.approved_by):
        problems.error(key, "nothing is asked for", 'Write reasoned = { reason = "reason", approved_by = "approver" }')
    for name in ("reason", "by", "approved_by"):
        check_path(getattr(reasons, name), (*key, name), problems)


def _check_owner(key: Key, lane: str, one: schema.Assertion, document: schema.Document, problems: Problems) -> None:
    """What a stream asserts is judged in its own order, so its places must be its own."""
    book = document.book.get(one.book)
    for text in one.places if book is not None else ():
        kind = PlaceTemplate.parse(text).kind
        place = book.place.get(kind) if book is not None else None
        if place is not None and place.owner != lane and place.owner in (None, *document.lane):
            problems.error(
                key,
                f'place "{kind}" is moved by others too, so what it holds after an event of lane {lane} is not known',
                f'Assert places of which lane {lane} is the owner, or add owner = "{lane}" to [book.{one.book}.place.'
                f"{kind}]",
            )
