"""What a trail is of: subjects, a range of time, chosen accounts, a side; and which of the events told are withheld.
What is withheld stays as a stub, so that n of n still adds up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from audit.answers.events import events_at, read_events
from audit.answers.inquiry import Inquiry
from audit.answers.names import CUSTOMER, flow_kinds
from audit.answers.shapes import EventLine, What
from audit.trails.contents import OTHER_ACCOUNT, OTHER_CUSTOMER, OUT_OF_RANGE
from audit.values import Clock, Subject, rfc3339


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

    @classmethod
    def of(cls, subject: Subject) -> Scope:
        return cls(str(subject), (subject,))

    @property
    def single(self) -> Subject | None:
        """The subject, where there is but one and nothing beside it."""
        return self.subjects[0] if len(self.subjects) == 1 and not self.pinned else None

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
    begun; `told` are those of other subjects of the same trail."""

    inquiry: Inquiry
    scope: Scope
    upto: int
    told: set[int] = field(default_factory=set)

    def part(self, page: What) -> tuple[What, dict[int, str]]:
        """The page with the events that are told, and why each of the others is withheld."""
        lines = [event for step in page.steps.rows for event in step.events if event.ref.position <= self.upto]
        withheld = self._withheld(lines)
        shown = {event.ref.position for event in lines} - withheld.keys() - self.told
        if len(self.scope.subjects) + bool(self.scope.pinned) > 1:
            self.told |= shown
        steps = (
            replace(step, events=tuple(event for event in step.events if event.ref.position in shown))
            for step in page.steps.rows
        )
        rows = tuple(step for step in steps if step.events)
        return replace(page, steps=replace(page.steps, rows=rows)), withheld

    def _withheld(self, lines: list[EventLine]) -> dict[int, str]:
        scope, found = self.scope, {}
        is_occurred = self.inquiry.cut.clock is Clock.OCCURRED
        for line in lines:
            time = line.occurred if is_occurred else line.recorded
            if scope.since and time < scope.since:
                found[line.ref.position] = OUT_OF_RANGE
        if scope.side is not None or scope.accounts:
            found |= self._of_others([line.ref.position for line in lines if line.ref.position not in found])
        return found

    def _of_others(self, positions: list[int]) -> dict[int, str]:
        """Events that are tied to customers, or to accounts, but to none of those that the trail is of."""
        kinds = {one.kind for one in self.scope.accounts}
        found = {}
        for told in read_events(self.inquiry, list(events_at(self.inquiry, positions).values())):
            customers = {tie for tie in told.ties if tie.kind == CUSTOMER}
            accounts = {tie for tie in told.ties if tie.kind in kinds}
            if self.scope.side is not None and customers and self.scope.side not in customers:
                found[told.row.position] = OTHER_CUSTOMER
            elif accounts and accounts.isdisjoint(self.scope.accounts):
                found[told.row.position] = OTHER_ACCOUNT
        return found


def side_of(
    inquiry: Inquiry, subject: Subject, customers: tuple[Subject, ...], asked: Subject | None
) -> Subject | None:
    """Whose side of a flow with several customers is shown; None: nothing is withheld for it."""
    if subject.kind not in flow_kinds(inquiry.model) or len(customers) < 2:
        return None
    return asked if asked in customers else customers[0]
