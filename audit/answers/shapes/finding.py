"""What cannot be explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from audit.access.acknowledged import Acknowledgement
from audit.answers.shapes.moment import AsOf, Link, Page
from audit.answers.shapes.story import EventLine
from audit.values import EventRef, Money

GRAVE = frozenset({"critical", "high"})
# About money: while one is open, "completed" and "back on your account" cannot be said, nor that nothing is lost. What
# only says that a step came in a way that it should not, or not yet, does not make the bank's words untrue.
OF_MONEY = frozenset(
    {
        "amount_drift",
        "asserted_value_differs",
        "books_disagree",
        "double_effect",
        "duplicate_effect",
        "forbidden_state",
        "half_compensation",
        "negative_place",
        "residue_at_end",
        "transfer_not_conserved",
        "unbalanced_event",
        "unmatched_resolution",
    }
)
OF_TIME = frozenset({"stuck", "missing_reaction", "late_reaction", "reservation_leak"})


@dataclass(frozen=True, slots=True)
class FindingLine:
    id: str
    rule: str
    title: str
    severity: str
    subject: Link
    state: str
    says: str
    in_short: str
    opened_at: datetime
    opened_by: EventRef
    evidence: tuple[EventRef, ...]
    because_of: str | None
    resolved_at: datetime | None
    resolved_by: EventRef | None
    would_resolve: str
    money: tuple[Money, ...]
    muted_until: date | None = None  # it is judged as any other, and shown apart
    was_open: bool = False  # at the asked moment, and resolved since
    is_ahead: bool = False  # it was opened after the asked moment
    sort: str = ""  # which of its rule's situations it is, where the rule has several

    @property
    def named(self) -> str:
        """What a claim about the same calls it: RULE or RULE.SORT."""
        return f"{self.rule}.{self.sort}" if self.sort else self.rule

    @property
    def is_open(self) -> bool:
        """At the asked moment; `state` is how it stands now."""
        return self.state == "open" or self.was_open

    @property
    def is_late(self) -> bool:
        """It says that something has not come in its time, which a wait explains."""
        return self.is_open and self.rule in OF_TIME

    @property
    def is_of_money(self) -> bool:
        """It says that money is not as it should be."""
        return self.is_open and self.rule in OF_MONEY

    @property
    def is_record_missing(self) -> bool:
        """Something happened to it that we were not given."""
        return self.is_open and self.rule == "version_gap"

    @property
    def is_doubt(self) -> bool:
        """It is grave, and neither a wait nor the consequence of another finding."""
        return self.is_open and self.severity in GRAVE and self.rule not in OF_TIME and self.because_of is None

    @property
    def is_unexplained(self) -> bool:
        """What it is found of cannot be called well, however it ended."""
        return self.is_doubt or self.is_of_money

    @property
    def is_noted(self) -> bool:
        """It is open and lesser, and neither a wait nor the consequence of another finding: still to be told."""
        return self.is_open and self.severity == "medium" and self.rule not in OF_TIME and self.because_of is None


@dataclass(frozen=True, slots=True)
class RuleLine:
    """The findings of one rule. `since` is the oldest open one's time; money sums the open ones, per currency; `muted`
    is how many of the open ones are muted."""

    rule: str
    title: str
    severity: str
    open: int
    resolved: int
    since: datetime | None
    money: tuple[Money, ...]
    muted: int = 0


@dataclass(frozen=True, slots=True)
class FindingsPage:
    """`taken`: who has taken each of the shown ones on."""

    at: AsOf
    model: str
    rules: tuple[RuleLine, ...]
    findings: Page[FindingLine]
    taken: Mapping[str, Acknowledgement]


@dataclass(frozen=True, slots=True)
class FindingPage:
    """One finding: `explains` is the rule's condition in words, `causes` and `follows`: by because_of. `touches` are
    all whose events or findings stand on the page, and their customers."""

    finding: FindingLine
    at: AsOf
    model: str
    explains: str
    evidence: tuple[EventLine, ...]
    causes: tuple[FindingLine, ...]
    follows: tuple[FindingLine, ...]
    like_this: int
    affected: tuple[Link, ...] = ()
    taken: Acknowledgement | None = None
    touches: tuple[Link, ...] = ()
