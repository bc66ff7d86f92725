"""Answers as plain text on a terminal: the same words as the pages, times in the bank's zone, always named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from audit.answers.shapes import (
    AsOf,
    EventLine,
    FindingLine,
    Overview,
    PlaceLine,
    PlaceTotal,
    Sealed,
    SearchAnswer,
    What,
    Where,
)
from audit.answers.telling.figures import share_text
from audit.values import EventRef, is_known

Write = Callable[[str], object]


def tell_where(write: Write, answer: Where, zone: str) -> None:
    write(f"{answer.subject.title}  ({as_of_text(answer.at, zone)})")
    for title, lines in (
        ("", answer.places),
        ("on its way", answer.on_its_way),
        ("beside it, in the other book", answer.ledger),
        ("came from", answer.came_from),
    ):
        if lines and title:
            write(f"{title}:")
        for line in lines:
            write(_place(line, zone))
    if not answer.places:
        write("  " + _without_places(answer))
    if not answer.conserved:
        write("NOT CONSERVED: the places do not add up to the declared amount")
    if not answer.complete:
        tell_incomplete(write, answer.not_understood, answer.at)
    if answer.to_say or answer.tells:
        write(f"To the customer: “{answer.to_say or answer.tells}”")


def tell_incomplete(write: Write, missed: Iterable[EventRef], at: AsOf) -> None:
    refs = ", ".join(map(str, missed))
    if refs:
        write(f"NOT COMPLETE: events that may touch this are not understood: {refs}")
    for one in at.unattributed:
        number = f"{one.events:,}" if one.is_counted else "more than 1,000, with other sources'"
        write(f"NOT COMPLETE: lines of source {one.source} could not be attributed to anybody: {number}")


def _without_places(answer: Where) -> str:
    if answer.nothing_understood:
        return not_said(len(answer.not_understood))
    return ", ".join(f"{state.lane_title}: {state.title}" for state in answer.states) or "no money anywhere"


def not_said(count: int) -> str:
    events = "One event is" if count == 1 else f"{count:,} events are"
    return f"{events} here that the model does not understand; where the money is cannot be said from that"


def tell_what(write: Write, pages: Iterable[What], zone: str) -> None:
    last: What | None = None
    for page in pages:
        if last is None:
            write(f"{page.subject.title}  ({as_of_text(page.at, zone)})")
        for step in page.steps.rows:
            for event in step.events:
                write(_event(event, zone))
        last = page
    if last is not None and not last.complete:
        tell_incomplete(write, last.not_understood, last.at)


def tell_finding(write: Write, line: FindingLine, zone: str) -> None:
    since = time_text(line.opened_at, zone)
    write(f"{line.state:8}  {line.severity:8}  {line.rule:22}  {line.subject.subject}  {since}")
    write(f"          {line.says}")


def tell_status(write: Write, overview: Overview, zone: str) -> None:
    write(f"{overview.model_name}, {as_of_text(overview.at, zone)}, position {overview.position:,}")
    for source in overview.sources:
        lag = "how far is not known" if source.lag_seconds is None else f"{source.lag_seconds:.1f} s behind"
        trouble = f"  {source.trouble}" if source.trouble else ""
        write(
            f"  source {source.name} ({source.kind}): {source.events:,} events, {source.duplicates:,} seen again, "
            f"{source.quarantined:,} unreadable, {source.gaps:,} gaps, {lag}{trouble}"
        )
    _tell_sealed(write, overview.sealed)
    write("  subjects: " + ", ".join(f"{kind} {n:,}" for kind, n in overview.subjects.items()))
    _tell_places(write, overview.places)
    for rule in overview.rules:
        write(f"  {rule.rule:22}  {rule.open:,} open, {rule.resolved:,} resolved: {rule.title}")
    shares = (
        ("events", overview.explained.events),
        ("subjects", overview.explained.subjects),
        ("money", overview.explained.money),
    )
    write("  explained: " + ", ".join(f"{name} {share_text(share)}" for name, share in shares if share is not None))


def _tell_places(write: Write, places: Sequence[PlaceTotal]) -> None:
    """By book, what holds anything, in the model's words."""
    books = list(dict.fromkeys(total.book for total in places))
    held = sorted((total for total in places if total.money.units), key=lambda total: books.index(total.book))
    wide = max((len(total.title) for total in held), default=0)
    for title, totals in groupby(held, key=lambda total: total.book_title or total.book):
        write(f"  {title}")
        for total in totals:
            write(f"    {total.title:{wide}}  {total.money.amount:>20,f} {total.money.currency}")
    if empty := len(places) - len(held):
        write(f"    {empty:,} more kinds of place hold nothing")


def _tell_sealed(write: Write, sealed: Sealed) -> None:
    late = "  LATE" if sealed.is_late else ""
    trouble = f"  {sealed.trouble}" if sealed.trouble else ""
    published = f", {sealed.published:,} published" if sealed.published else ""
    alarms = f"  {sealed.alarms:,} ALARMS: `findings --rule trail_integrity`" if sealed.alarms else ""
    clear = f"  {sealed.in_clear:,} IN THE CLEAR: `check_log` names them" if sealed.in_clear else ""
    signed = f"{sealed.signed:,} of {sealed.entries:,} log entries signed"
    write(f"  evidence: {signed}{published}{late}{trouble}{alarms}{clear}")


def tell_search(write: Write, answer: SearchAnswer) -> None:
    for hit in answer.hits:
        write(f"{hit.link.subject}  {hit.matched}{'' if hit.is_exact else ' begins so'}")
    if not answer.is_complete:
        write("there are more: write more of it")


def time_text(time: datetime, zone: str) -> str:
    if not is_known(time):
        return "time not known"
    return f"{time.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S.%f %Z}"


def as_of_text(at: AsOf, zone: str) -> str:
    moment = "now" if at.is_now else f"at {time_text(at.time, zone)}" if at.time else "now"
    known = f"known to {time_text(at.watermark, zone)}" if at.watermark else "not known how far"
    return f"{moment}, {at.clock} clock, {known}{'' if at.sealed else ', not final yet'}"


def _place(line: PlaceLine, zone: str) -> str:
    flow = f"  of {line.flow.subject}" if line.flow else ""
    final = "" if line.is_final else ", not final yet"
    about = f"({line.place.book}, {line.certainty}{final})"
    since = f"since {time_text(line.since, zone)} by {line.event}"
    return f"  {line.money.amount:>18,f} {line.money.currency}  {line.title} {about}{flow}\n{'':22}{since}"


def _event(event: EventLine, zone: str) -> str:
    marks = [
        name
        for name, is_set in (
            ("not understood", not event.is_understood),
            (f"its time is not known, seen on {time_text(event.ingested, zone)}", event.is_undated),
            ("not final yet", not event.is_final),
            ("no answer: the outcome is unknown", event.is_timeout),
            ("asked again: a question, nothing is sent twice", event.asks_again == "question"),
            ("sent again: it can pay twice", event.asks_again == "resend"),
            ("tried again: not known whether anything was sent twice", event.is_retry and event.asks_again is None),
            ("failure", event.is_failure),
            ("correction", event.is_correction),
            ("names no event: which one it undoes is not known", event.names_no_event and not event.undoes),
        )
        if is_set
    ]
    guessed = ", inferred from the money" if event.names_no_event else ""
    guesses = [
        f"{what} {' or '.join([*(str(cause.event) for cause in causes), *([other] if has_more else [])])}, by the money"
        for what, causes, has_more, other in (
            ("may undo", event.may_undo, event.may_undo_more, "an earlier one"),
            ("may be undone by", event.may_be_undone_by, event.may_be_undone_by_more, "a later one"),
        )
        if causes
    ]
    undone = [*guesses, *(f"undoes {cause.number or cause.event}{guessed}" for cause in event.undoes)]
    causes = ", ".join([*(f"from {cause.number or cause.event}" for cause in event.caused_by), *undone])
    state = f"  [{event.state.before_title or 'none'} → {event.state.after_title}]" if event.state else ""
    lane = event.lane_title or event.stream
    return (
        f"{event.number or '':>5}  {time_text(event.recorded, zone)}  {lane}: {event.says}{state}"
        f"{'  (' + ', '.join(marks) + ')' if marks else ''}{'  ' + causes if causes else ''}"
        f"  {event.ref}"
    )
