"""Why, when and who as plain text on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from audit.answers.shapes import Alike, CauseLine, Ends, Waiting, When, Who, Why
from audit.answers.telling.chains import ToldChain, told_once
from audit.answers.telling.figures import duration_text
from audit.management.telling import Write, as_of_text, tell_incomplete, time_text

ENDINGS = {
    Ends.ROOT: "",
    Ends.UNKNOWN: "it names a cause that no source has: {missing}",
    Ends.LATER: "its cause was not known yet then",
    Ends.CYCLE: "its causes lead back to itself",
    Ends.CUT: "and more",
}


def tell_why(write: Write, answer: Why, zone: str) -> None:
    """What is awaited and what is not explained first: the rest is long."""
    write(f"{answer.subject.title}  ({as_of_text(answer.at, zone)})")
    for waiting in answer.waiting:
        _tell_waiting(write, waiting, zone)
    for finding in answer.findings.rows:
        write(f"not explained ({finding.rule}, {finding.state}): {finding.says}")
    chains = told_once([*(one.because for one in answer.states), *(one.because for one in answer.fields)])
    for state in answer.states:
        line = state.line
        item = f" {line.item}" if line.item else ""
        write(f"{line.lane_title}{item} is {line.title} since {time_text(line.since, zone)}, because")
        _tell_chain(write, next(chains), zone)
    for one in answer.fields:
        value = one.money.grouped if one.money else one.value
        write(f"{one.title}: {value} since {time_text(one.since, zone)}, because")
        _tell_chain(write, next(chains), zone)
    if not answer.complete:
        tell_incomplete(write, answer.not_understood, answer.at)


def tell_when(write: Write, answer: When, zone: str) -> None:
    write(f"{answer.subject.title}: {answer.expression}  ({as_of_text(answer.at, zone)})")
    for one in answer.intervals:
        ends = f"{time_text(one.until.time, zone)}  {one.until.event}" if one.until else "now"
        far = "".join(f"  {money.grouped}" for money in one.furthest)
        write(f"  {time_text(one.since.time, zone)}  {one.since.event}  to  {ends}{far}")
    if not answer.intervals:
        write("  never")
    if answer.unreadable:
        write(f"NOT COMPLETE: {answer.unreadable:,} events could not be looked into")
    if answer.not_understood:
        write("NOT COMPLETE: " + ", ".join(str(ref) for ref in answer.not_understood))


def tell_who(write: Write, answer: Who, zone: str, each: Sequence[Alike] = ()) -> None:
    """`each`: the troubles of the customer or account that was asked; the list is of the gravest."""
    for one in each[1:]:
        write(f"also, of {one.subject.subject}: {one.found.kind} with {one.found.expression}")
        write(f"  {_counted(one.found)}")
    write(f"{answer.kind} with {answer.expression}  ({as_of_text(answer.at, zone)})")
    write(_counted(answer))
    if answer.note:
        write(answer.note)
    for line in answer.subjects.rows:
        money = ", ".join(one.grouped for one in line.money)
        write(f"  {time_text(line.since, zone)}  {line.subject.subject}  {money}")
    if answer.subjects.next:
        write(f"  {answer.subjects.shown:,} of {answer.subjects.total:,} are shown: the console lists them all")


def _counted(answer: Who) -> str:
    sums = ", ".join(money.grouped for money in answer.money) or "no money"
    customers = "1 customer" if answer.customers == 1 else f"{answer.customers:,} customers"
    transfers = "" if answer.transfers is None else f"{answer.transfers:,} payment{'s' * (answer.transfers != 1)}, "
    age = "" if answer.age_seconds is None else f", the longest for {duration_text(Decimal(str(answer.age_seconds)))}"
    return f"{answer.subjects.total:,} of them, {customers}, {transfers}{sums}{age}"


def _tell_chain(write: Write, chain: ToldChain, zone: str) -> None:
    for event in chain.events:
        _tell_cause(write, event, zone)
    if chain.above is not None:
        _tell_cause(write, chain.above, zone, "  (told above, with what led to it)")
    elif ENDINGS[chain.because.ends]:
        write("    " + ENDINGS[chain.because.ends].format(missing=chain.because.missing))


def _tell_cause(write: Write, event: CauseLine, zone: str, above: str = "") -> None:
    mark = "  (the event before it; no cause is named)" if event.inferred else ""
    says = f"{event.lane_title}: {event.says}" if not event.is_shut else "another subject's; it opens with a reason"
    write(f"    {time_text(event.recorded, zone)}  {says}{mark}{above}  {event.ref}")


def _tell_waiting(write: Write, one: Waiting, zone: str) -> None:
    late = f", overdue by {duration_text(one.overdue_seconds)}" if one.overdue_seconds is not None else ""
    usual = f", usually {duration_text(one.usual.p50)}, 99 % within {duration_text(one.usual.p99)}" if one.usual else ""
    others = f", {one.others_waiting:,} others wait here" if one.others_waiting is not None else ""
    says = one.says if not one.one_of or one.one_of[0] in one.says else f"{one.says} ({' / '.join(one.one_of)})"
    write(f"{says}, due {time_text(one.due, zone)}{late}{usual}{others}")
