"""In-process time of `ask why`, `ask when` and `ask who`: one snapshot and one answer each, without door and words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.answers.inquiry import Inquiry
    from audit.values import Subject

Ask = Callable[["Inquiry", "Subject"], object]
EVERYONE = (
    ("by type of event", "transfer", "event = adapter_transfer.TimedOut"),
    ("by a type many have", "transfer", "event = account.TransferCompleted"),
    ("by state", "transfer", "adapter_transfer.state = timed_out"),
    ("by what is awaited", "transfer", "waiting = adapter_transfer.Sent"),
    ("by what is held", "account", "places.reserved > 0"),
)
ROUNDS = 5


def measured(count: int) -> Iterator[tuple[str, str]]:
    """Rows about transfers, spread evenly over all, and about everyone."""
    import django

    django.setup()
    from audit.database import close_pools

    try:
        yield from _of_transfers(count)
        yield from _of_everyone()
    finally:
        close_pools()


def _of_transfers(count: int) -> Iterator[tuple[str, str]]:
    from audit.answers.when import when
    from audit.answers.why import why
    from audit.values import Subject

    chosen = [Subject("transfer", key) for key in _some("transfer", count)]
    yield "why, transfer", spread(timings(why, chosen))
    states = timings(lambda inquiry, subject: when(inquiry, subject, "state = timed_out"), chosen)
    yield "when, transfer", f"state: {spread(states)}"
    payload = timings(lambda inquiry, subject: when(inquiry, subject, 'payload.currency = "DKK"'), chosen)
    yield "", f"payload field: {spread(payload)}"


def _of_everyone() -> Iterator[tuple[str, str]]:
    from audit.answers.who import who
    from audit.values import Subject

    for name, kind, claim in EVERYONE:
        found: list[int] = []

        def ask(inquiry: Inquiry, subject: Subject, claim: str = claim, found: list[int] = found) -> None:
            found.append(who(inquiry, subject, claim).subjects.total or 0)

        took = timings(ask, [Subject(kind, "*")] * ROUNDS)
        yield f"who, {name}", f"{spread(took)} ({found[-1]:,} found)"


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds that passed, and of the processor in Python."""

    wall: float
    python: float


def timings(ask: Ask, subjects: Sequence[Subject]) -> list[Took]:
    """Of each; one that is not counted goes before them."""
    from audit.access.mask import hidden
    from audit.answers.inquiry import inquire
    from audit.database import reading

    found = []
    for subject in [subjects[-1], *subjects]:
        wall, python = time.perf_counter(), time.process_time()
        with reading() as connection:
            ask(inquire(connection, hidden), subject)
        found.append(Took(time.perf_counter() - wall, time.process_time() - python))
    return found[1:]


def spread(took: Sequence[Took]) -> str:
    marks = quantiles([one.wall for one in took], n=100, method="inclusive")
    python = median(one.python for one in took)
    return f"p50 {marks[49] * 1000:.1f} ms, p95 {marks[94] * 1000:.1f} ms; {python * 1000:.1f} ms of it in Python"


def _some(kind: str, count: int) -> list[str]:
    """Spread evenly over all of a kind."""
    from audit.database import reading

    with reading() as connection:
        statement = "select key from trace.subject where kind = %s order by id"
        keys = [str(row[0]) for row in connection.execute(statement, [kind]).fetchall()]
    return keys[:: max(1, len(keys) // count)][:count]
