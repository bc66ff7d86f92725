"""When something was true, and who else is in the same situation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.answers.shapes.moment import AsOf, Link, Page
from audit.values import EventRef, Money


@dataclass(frozen=True, slots=True)
class Edge:
    """Where an interval opens or closes: the time on the asked clock, and the event. `says`: in the model's words; ""
    beyond the first intervals."""

    time: datetime
    event: EventRef
    says: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """`until` None: it lasts. `furthest`: of a claim about an amount, how far below or above it went, by currency."""

    since: Edge
    until: Edge | None
    furthest: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class When:
    """`unreadable`: how many events could not be looked into, though the question is about what is in them."""

    subject: Link
    expression: str
    at: AsOf
    model: str
    intervals: tuple[Interval, ...]
    complete: bool
    not_understood: tuple[EventRef, ...]
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class WhoLine:
    """One that is in the situation. `age_seconds`: how long at the asked moment, now by the watermark; None: no source
    has one. `money`: what a flow carries, or what a holder has, by currency; `is_closed`: it is not told, because no
    door to it stands open."""

    subject: Link
    since: datetime
    age_seconds: float | None
    money: tuple[Money, ...]
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Who:
    """The cohort of a situation: `kind` and `expression` say what makes them alike, `like` what was asked. Counts are
    of all, not of those shown. `transfers`: the payments that it is about; None where it is about none. `has_own`: the
    one that was asked from is among them, in the row of our number `own_row`: its own, or the one's whose order is the
    same. `is_of_damage`: the money is what findings say is wrong, once a payment, not what each has."""

    like: str
    kind: str
    expression: str
    at: AsOf
    model: str
    subjects: Page[WhoLine]
    customers: int
    transfers: int | None
    money: tuple[Money, ...]
    oldest: datetime | None
    newest: datetime | None
    has_own: bool = False
    own_row: int = 0
    is_of_damage: bool = False
    note: str = ""  # what must be known of how it was counted

    @property
    def age_seconds(self) -> float | None:
        """Of the one that is longest in it."""
        return age_of(self.oldest, self.at) if self.oldest else None


@dataclass(frozen=True, slots=True)
class Alike:
    """One trouble of a customer or an account with all in the same; `subject` is whose situation it is."""

    subject: Link
    says: str
    found: Who


def age_of(since: datetime, at: AsOf) -> float | None:
    """In seconds. A source that is ahead of the worst one may have told it since: then it is new."""
    return max(0.0, (at.time - since).total_seconds()) if at.time else None
