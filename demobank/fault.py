"""What can go wrong: one kind of fault and what a planted one does to the honest messages and appends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from demobank.people import Person
from demobank.work import Aggregate, Fact, Fate, Row, Sale

if TYPE_CHECKING:
    from demobank.simulation import Simulation

HOUR = 3_600_000_000
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Slip:
    """What goes wrong with one append: versions left out (below zero: taken twice), another event's identifier, a time
    of happening before or of recording and happening both before, a cause that nobody wrote, torn bytes."""

    gap: int = 0
    id: str | None = None
    backdated: int = 0
    early: int = 0
    cause: str | None = None
    payload: bytes | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault. Those with a `flow` say what happens to the messages and appends of one flow:
    `drop` is a message that nobody handles, `late` one that comes so many microseconds later, `swap` one that says the
    opposite; `without` an event that its append lacks, `again` an event whose append is made twice, `after` and `extra`
    an event and the one too many that follows it, `borrows` an event that bears another's identifier, `early` one that
    is recorded before its cause, `change` an event, its field and the value that it should not have; `twin` says that
    the same request is made twice; `acts` are what the shop does. The others happen to an account or customer alone,
    by `strike`.

    `turn` is the event at which it goes wrong (its first after the honest part), `evidence` the events that show it,
    `days` how long it takes until all of `rules` have fired."""

    name: str
    count: int
    rules: tuple[str, ...]
    turn: str
    evidence: tuple[str, ...]
    flow: str | None = None
    drop: str | None = None
    late: tuple[str, int] | None = None
    swap: tuple[str, str] | None = None
    without: str | None = None
    again: str | None = None
    after: str | None = None
    extra: str | None = None
    borrows: str | None = None
    early: str | None = None
    change: tuple[str, str, str] | None = None
    twin: bool = False
    acts: tuple[tuple[int, str], ...] = ((20_000_000, "capture"),)
    strike: Callable[[Simulation, Planted], None] | None = None
    kind: str = "transfer"
    days: int = 3
    age: int = 0  # its victim's account is at least so old, in microseconds
    strikes_empty: bool = False  # its victim is a savings account that holds nothing
    ends_all: bool = False  # after it, nothing else can happen to its victim
    in_stores: bool = True  # False: the bank's stores refuse it; event files and topics may hold it


@dataclass(slots=True)
class Planted:
    """One planted fault and what the bank did there."""

    fault: Fault
    person: Person
    account: str
    subject: str
    fate: Fate
    sale: Sale
    rows: list[Row] = field(default_factory=list)
    borrowed: Row | None = None
    also: str | None = None  # another subject that it strikes

    def drops(self, message: str) -> bool:
        return message == self.fault.drop

    def delay(self, message: str) -> int:
        return self.fault.late[1] if self.fault.late and self.fault.late[0] == message else 0

    def told(self, message: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The message that is really told."""
        if self.fault.swap is None or self.fault.swap[0] != message:
            return message, body
        return self.fault.swap[1], body | {"reason": "the receiving bank refused"}

    def appends(self, aggregate: Aggregate, facts: Sequence[Fact]) -> Iterator[tuple[tuple[Fact, ...], Slip]]:
        """The appends that are really made for the honest one."""
        fault, types = self.fault, [f"{aggregate.lane}.{type_}" for type_, _ in facts]
        kept = tuple(
            self._changed(type_, fact) for fact, type_ in zip(facts, types, strict=True) if type_ != fault.without
        )
        slip = Slip(early=EARLY) if fault.early in types else Slip()
        if self.borrowed and fault.borrows in types:
            slip = Slip(id=self.borrowed.id)
        yield kept, slip
        if fault.again in types:
            yield kept, slip
        if fault.after in types and fault.extra is not None:
            amount = {name: facts[0][1][name] for name in ("transfer", "amount", "currency")}
            yield ((fault.extra, amount | {"attempt": 1}),), slip

    def _changed(self, type_: str, fact: Fact) -> Fact:
        change = self.fault.change
        return fact if change is None or change[0] != type_ else (fact[0], {**fact[1], change[1]: change[2]})


EARLY = 5_000_000  # microseconds
