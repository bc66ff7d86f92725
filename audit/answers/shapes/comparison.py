"""Two payments side by side: "was I charged twice?"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from audit.answers.shapes.finding import FindingLine
from audit.answers.shapes.moment import AsOf, Link
from audit.values import EventRef, Money


class Verdict(StrEnum):
    """What two rows of a list are to each other, the surest first."""

    SAME = "same"  # one and the same row
    HOLD_AND_BOOKING = "hold_and_booking"  # one payment: first held, then booked
    ONE_PAYMENT = "one_payment"  # two steps of one payment
    OUR_DOUBLE = "our_double"  # one request carried out twice, by us
    PUT_RIGHT = "put_right"  # one undoes or corrects the other
    STANDING_AND_MANUAL = "standing_and_manual"  # only one of them belongs to something that makes payments by itself
    ONE_REQUEST = "one_request"  # both come from one request
    TWO_AUTHORISATIONS = "two_authorisations"  # alike, and a merchant had the money held for each by itself
    ALIKE = "alike"  # the same amount to the same side, each asked for by itself
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. `root` is the event that began it."""

    link: Link | None
    event: EventRef
    title: str
    money: Money | None
    counterparty: str
    started: datetime
    state_title: str
    tone: str
    root: EventRef
    belongs_to: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`same` and `unlike` name what they agree and differ in: amount, counterparty, kind. `findings` concern both."""

    at: AsOf
    model: str
    one: Side
    other: Side
    same: tuple[str, ...]
    unlike: tuple[str, ...]
    seconds: int
    verdict: Verdict
    says: str
    findings: tuple[FindingLine, ...]
    evidence: tuple[EventRef, ...]
