"""What a trail is of: subjects, a range of time, chosen accounts, a side; and which of the events told are withheld.
What is withheld stays as a stub, so that n of n still adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import EventRow, Told, events_at, read_events
from audit.answers.reading.names import CUSTOMER, Known, flow_kinds, ids_of, subject_id
from audit.answers.reading.shared import is_shared
from audit.answers.reading.withheld import withheld_around, withhold
from audit.answers.shapes import EventLine, What
from audit.cases.entries import Case
from audit.database import is_withholding
from audit.errors import UsageError
from audit.trails.contents import DECLARED_PERSONAL, OTHER_ACCOUNT, OTHER_CUSTOMER, OUT_OF_RANGE, RESTRICTED
from audit.values import Clock, Subject, rfc3339, zoned_time

BOTH = "both"


@dataclass(frozen=True, slots=True)
class Scope:
    """`title` is what the trail is of ("customer:C1", "case:7"). It ends at the inquiry's moment.

    `side`: of a flow only this customer's events, and those of no customer. `accounts`: those alone, and events of no
    account. `pinned` are positions of a case's events beside its subjects' own.
    """

    title: str
    subjects: tuple[Subject, ...]
    since: datetime | None = None
    accounts: tuple[Subject, ...] = ()
    side: Subject | None = None
    pinned: tuple[int, ...] = ()
    is_secret: bool = False  # of a secret case

    @classmethod
    def of(cls, subject: Subject) -> Scope:
        return cls(str(subject), (subject,))

    @classmethod
    def of_case(cls, case: Case) -> Scope:
        """Everything of its subjects, and the pinned events."""
        return cls(case.title, case.subjects, pinned=case.positions, is_secret=case.is_secret)

    @property
    def single(self) -> Subject | None:
        """The subject, where there is but one and nothing beside it."""
        return self.subjects[0] if len(self.subjects) == 1 and not self.pinned else None

    @property
    def is_narrowed(self) -> bool:
        """Whether it leaves out some of what its subjects' history is."""
        return self.since is not None or bool(self.accounts) or self.side is not None

    def document(self) -> dict[str, Any]:
        return {
            "subjects": [str(one) for one in self.subjects],
            "since": rfc3339(self.since) if self.since else None,
            "accounts": [str(one) for one in self.accounts],
            "side": str(self.side) if self.side else None,
            "pinned": [str(one) for one in self.pinned],
        }


@dataclass(slots=True)
class Sieve:
    """Parts a page of a story into what is told and what is withheld. `upto` is the log's end when the trail was
    begun; `told` are those of other subjects of the same trail; `shared` its subjects that carry many people's
    payments and are nobody's own: each payment stands behind its own customer's door. `is_remodelled`: an event may
    have been read by a model that did not know yet that a field of it is personal."""

    inquiry: Inquiry
    scope: Scope
    upto: int
    told: set[int] = field(default_factory=set)
    shared: frozenset[Subject] = field(init=False)
    is_remodelled: bool = field(init=False)

    def __post_init__(self) -> None:
        ids = ids_of(self.inquiry.connection, self.scope.subjects)
        ((self.is_remodelled,),) = self.inquiry.rows("trail_is_remodelled")
        self.shared = frozenset(one for one, id in ids.items() if is_shared(self.inquiry, Known(one, id)))

    def part(self, page: What) -> tuple[What, dict[int, str]]:
        """The page with the events that are told, and why each of the others is withheld."""
        lines = [event for step in page.steps.rows for event in step.events if event.ref.position <= self.upto]
        withheld = self._withheld(lines)
        shown = {event.ref.position for event in lines} - withheld.keys() - self.told
        if self.is_of_many:
            self.told |= shown
        steps = (
            replace(step, events=tuple(event for event in step.events if event.ref.position in shown))
            for step in page.steps.rows
        )
        rows = tuple(step for step in steps if step.events)
        kept = replace(page, steps=replace(page.steps, rows=rows))
        return withhold(self.inquiry, kept, self.scope.subjects)[0], withheld

    def outside(self, positions: list[int]) -> frozenset[int]:
        """Those of these entries that the scope leaves out, but for those that nobody may know of."""
        found = self._withheld(list(events_at(self.inquiry, positions).values()))
        return frozenset(position for position, reason in found.items() if reason != RESTRICTED)

    @property
    def is_of_many(self) -> bool:
        """Whether an event may come twice: as one subject's and another's, or as a pinned one."""
        return len(self.scope.subjects) + bool(self.scope.pinned) > 1

    def _withheld(self, lines: Sequence[EventLine | EventRow]) -> dict[int, str]:
        scope, found = self.scope, {}
        is_occurred = self.inquiry.cut.clock is Clock.OCCURRED
        for line in lines:
            time = line.occurred if is_occurred else line.recorded
            if scope.since and time < scope.since:
                found[_at(line)] = OUT_OF_RANGE
        is_of_others = scope.side is not None or scope.accounts or self.shared
        if is_of_others or self.is_remodelled or is_withholding(self.inquiry.connection):
            found |= self._of_others([at for at in map(_at, lines) if at not in found])
        return found

    def _of_others(self, positions: list[int]) -> dict[int, str]:
        """Events that are tied to customers, or to accounts, but to none of those that the trail is of; and those in
        which somebody takes part whom the one who asks may not know of, or whose payload tells what is personal."""
        kinds = {one.kind for one in self.scope.accounts}
        flows = frozenset(flow_kinds(self.inquiry.model)) if self.shared else frozenset()
        found = {}
        events = read_events(self.inquiry, list(events_at(self.inquiry, positions).values()))
        hidden = withheld_around(self.inquiry, {tie for told in events for tie in told.ties}).hidden
        anew = self._sealed_anew(positions)
        for told in events:
            customers = {tie for tie in told.ties if tie.kind == CUSTOMER}
            accounts = {tie for tie in told.ties if tie.kind in kinds}
            if not hidden.isdisjoint(told.ties):
                found[told.row.position] = RESTRICTED
            elif self.scope.side is not None and customers and self.scope.side not in customers:
                found[told.row.position] = OTHER_CUSTOMER
            elif accounts and accounts.isdisjoint(self.scope.accounts):
                found[told.row.position] = OTHER_ACCOUNT
            elif self._is_carried(told, flows):
                found[told.row.position] = OTHER_CUSTOMER
            elif told.row.position in anew or (self.is_remodelled and told.is_personal_in_clear):
                found[told.row.position] = DECLARED_PERSONAL
        return found

    def _sealed_anew(self, positions: list[int]) -> frozenset[int]:
        """Those whose payload is not the one that the entry was first committed to."""
        rows = self.inquiry.rows("trail_sealed_anew", [positions]) if self.is_remodelled else ()
        return frozenset(position for (position,) in rows)

    def _is_carried(self, told: Told, flows: frozenset[str]) -> bool:
        """Whether it is one payment's of a shared subject, and of nothing else that the trail is of."""
        if self.shared.isdisjoint(told.ties) or told.row.position in self.scope.pinned:
            return False
        is_payment = any(tie.kind in flows for tie in told.ties)
        return is_payment and all(tie in self.shared for tie in told.ties if tie in self.scope.subjects)


def _at(line: EventLine | EventRow) -> int:
    return line.position if isinstance(line, EventRow) else line.ref.position


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for beside the subject, as they wrote it."""

    since: str = ""
    accounts: Sequence[str] = ()
    side: str = ""  # a customer, or BOTH


def scope_of(inquiry: Inquiry, subject: Subject, customers: Sequence[Subject], wish: Wish) -> Scope:
    """The scope that is wished for. `customers` are whose events it may show; of a flow between several the first one's
    side is shown unless another, or both, are named. Raises UsageError."""
    since, clock = _time(wish.since) if wish.since else None, inquiry.cut.time
    if since is not None and clock is not None and since > clock:
        raise UsageError("the range of time begins after it ends")
    accounts = tuple(_subject(inquiry, one) for one in wish.accounts)
    if accounts and subject.kind != CUSTOMER:
        raise UsageError("accounts are chosen of a customer's trail")
    is_shared = subject.kind in flow_kinds(inquiry.model) and len(customers) > 1
    side = customers[0] if is_shared and not wish.side else None
    if wish.side and wish.side != BOTH:
        side = _subject(inquiry, wish.side)
        if side not in customers:
            raise UsageError(f"{side} has no side of {subject}: it is one of {', '.join(map(str, customers))}")
    return Scope(str(subject), (subject,), since, accounts, side if is_shared else None)


def _time(text: str) -> datetime:
    try:
        return zoned_time(text)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _subject(inquiry: Inquiry, text: str) -> Subject:
    """Raises UsageError for what is no KIND:ID, UnknownSubject for what nobody knows."""
    try:
        found = Subject.parse(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    subject_id(inquiry.connection, found)
    return found
