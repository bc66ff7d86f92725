"""Which of a flow's customers its money left, and which it came to: told by its movements alone, no payload is read."""

from __future__ import annotations

from collections.abc import Collection

from audit.answers.inquiry import Inquiry
from audit.answers.reading.movements import movements
from audit.answers.reading.names import CUSTOMER, Known, linked, place_kind, subject_id
from audit.answers.reading.stories import whole_stories
from audit.answers.reading.unfolded import unfolded
from audit.errors import UnknownSubject
from audit.values import Subject

SIDES_MAX = 4  # customers; a batch has many, and no two sides
OWNERS_MAX = 20
SENDER, RECEIVER = "sender", "receiver"


def sides_of(inquiry: Inquiry, subject: Subject, id: int, customers: Collection[Subject]) -> dict[Subject, str]:
    """The customers whose side is certain."""
    kind = inquiry.model.kinds.get(subject.kind)
    if kind is None or not kind.is_flow or not 1 < len(customers) <= SIDES_MAX:
        return {}
    found: dict[Subject, set[str]] = {}
    for account, side in _accounts(inquiry, Known(subject, id)).items():
        try:
            owners = linked(inquiry.connection, subject_id(inquiry.connection, account), [CUSTOMER], OWNERS_MAX)
        except UnknownSubject:  # its first event waits to be folded
            continue
        for _, owner, _ in owners:
            found.setdefault(owner, set()).add(side)
    return {one: next(iter(sides)) for one, sides in found.items() if one in customers and len(sides) == 1}


def _accounts(inquiry: Inquiry, flow: Known) -> dict[Subject, str]:
    """What the flow's money left first is the sender's, what it came to first the receiver's."""
    fresh = unfolded(inquiry)
    (rows, upto), *_ = whole_stories(inquiry, [flow], fresh)
    moved = movements(inquiry, [row.position for row in rows[:upto]], fresh)
    found: dict[Subject, str] = {}
    for row in rows[:upto]:
        for one in moved.get(row.position, ()):
            for place, side in ((one.source, SENDER), (one.target, RECEIVER)):
                about = place_kind(inquiry.model, place)
                owner = inquiry.model.kinds.get(about.subject or "")
                if owner is not None and not owner.is_flow:
                    found.setdefault(Subject(owner.name, place.key), side)
    return found
