"""A trail in plain words: README.txt, for somebody who has never seen an event. It proves nothing; the rest does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from audit.answers.inquiry import Inquiry
from audit.answers.shapes import FindingLine, PlaceLine, What, Where
from audit.values import Clock, is_known, rfc3339

CLOCKS = {
    Clock.RECORDED: "by the time at which it was recorded",
    Clock.OCCURRED: "by the time at which it happened",
}
FILES = """
WHAT IS IN THIS ARCHIVE

  README.txt         this text, for people
  view/timeline.csv  what happened, as a table for a spreadsheet; times in UTC
  view/story.jsonl   the same for programs
  where.json         where the money is, for programs
  findings.jsonl     what cannot be explained, for programs
  entries.jsonl, payloads.jsonl, stubs.jsonl, sequence.jsonl, manifest.json, SHA256SUMS
                     the record itself, and what it is checked with: VERIFY.txt says how
  derived.jsonl, model.toml
                     what the record amounts to, and the meaning of the events by which it is folded again
"""


def head(inquiry: Inquiry, where: Where, asked: str) -> Iterator[str]:
    """Whose history it is, at which moment, for whom; and where the money is."""
    title, at = where.subject.title, where.at
    yield f"{title}\n{'=' * len(title)}\n\n"
    moment = "now" if at.is_now else "then"
    told = _time(inquiry, at.time) if at.time else "an unknown time"
    yield f"What is known {moment}: {told}, {CLOCKS[at.clock]}.\n{asked}\n"
    yield "Names, account numbers and other personal values are masked.\n"
    if not where.complete:
        yield "COMPLETE: NO. Events that may touch this could not be understood; the amounts leave them out.\n"
    yield "\nWHERE THE MONEY IS\n\n"
    lines = [line for line in (*where.ledger, *where.places) if line.money.units]
    books = dict.fromkeys(line.place.book for line in lines)
    for book in books:  # each tells of all the money: what stands in two of them is the same money
        yield f"  {inquiry.text(inquiry.model.books.get(book, {})) or book}:\n" if len(books) > 1 else ""
        yield from (_place(inquiry, line) for line in lines if line.place.book == book)
    coming = [line for line in where.on_its_way if line.money.units]
    if coming:
        yield "  On its way:\n"
        yield from (_place(inquiry, line) for line in coming)
    if not lines and not coming:
        yield "  No place holds money of it.\n"
    if where.to_say or where.tells:
        yield f"\n  To say to the customer: “{where.to_say or where.tells}”\n"
    yield "\nWHAT HAPPENED\n\n"


def told(inquiry: Inquiry, page: What) -> Iterator[str]:
    """A line an event, oldest first."""
    is_occurred = inquiry.cut.clock is Clock.OCCURRED
    for step in page.steps.rows:
        for event in step.events:
            time = _time(inquiry, event.occurred if is_occurred else event.recorded)
            doubt = "" if event.is_understood else "  (not understood)"
            doubt += f"  (its time is not known, seen on {_time(inquiry, event.ingested)})" if event.is_undated else ""
            yield f"  {time}  {event.lane_title or event.stream}: {event.says or event.title}{doubt}\n"


def withheld(entries: Mapping[str, int]) -> Iterator[str]:
    """How many entries of it are not told here, by the reason; it stands behind what is told."""
    if count := sum(entries.values()):
        reasons = ", ".join(f"{name.replace('_', ' ')}: {its}" for name, its in sorted(entries.items()))
        what = "entry" if count == 1 else "entries"
        yield f"  Withheld here, and only counted and proven: {count} {what} ({reasons}).\n"


def foot(inquiry: Inquiry, findings: Sequence[FindingLine], left_out: Mapping[str, int]) -> Iterator[str]:
    """What cannot be explained, what is not told, and what each file is."""
    yield "\nWHAT CANNOT BE EXPLAINED\n\n"
    for one in findings:
        state = f"since {_time(inquiry, one.opened_at)}" if one.state == "open" else "resolved"
        yield f"  {one.says} ({state})\n"
        if one.state == "open":
            yield f"    What would resolve it: {one.would_resolve}\n"
    if not findings:
        yield "  Nothing: every event here is explained.\n"
    if left_out:
        counted = ", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in left_out.items())
        yield f"\nNot told, for it rests on withheld entries alone: {counted}.\n"
    yield FILES


def source_documents(inquiry: Inquiry) -> list[dict[str, Any]]:
    """How far each source was known."""
    return [
        {
            "name": source.name,
            "kind": source.kind,
            "sealed": str(source.sealed),
            "gaps": source.gaps,
            "watermark": rfc3339(source.watermark) if source.watermark else None,
        }
        for source in inquiry.sources
    ]


def _place(inquiry: Inquiry, line: PlaceLine) -> str:
    of = f" ({line.flow.title})" if line.flow else ""
    sure = "" if line.certainty == "known" else f", {line.certainty}"
    return f"  {line.money.grouped}  {line.title}{of}, since {_time(inquiry, line.since)}{sure}\n"


def _time(inquiry: Inquiry, time: datetime) -> str:
    if not is_known(time):
        return "time not known"
    return f"{time.astimezone(ZoneInfo(inquiry.model.zone)):%Y-%m-%d %H:%M:%S %Z}"
