"""A subject's events in story order: within a stream as it has them, across streams by recorded time, causes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush
from itertools import groupby
from typing import Any

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.cursors import Mark, pack
from audit.answers.reading.cut import END, LAST_POSITION, LAST_SOURCE, Cut
from audit.answers.reading.events import EventRow
from audit.answers.reading.names import Known
from audit.answers.reading.unfolded import Unfolded
from audit.values import Clock

COUNTED_MAX = 1000
TIE_MAX = 50  # rows of one recorded time that a page takes beyond its size, so as not to be cut within a time

BEGINNING = Mark(datetime.min.replace(tzinfo=UTC), -1, -1, -1)
ENDING = Mark(END, LAST_SOURCE, LAST_POSITION, LAST_POSITION)


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a story. `first_number` is its first row's place in the whole (0: not known)."""

    rows: tuple[EventRow, ...]
    total: int | None
    first_number: int
    next: str | None
    previous: str | None


def whole_stories(inquiry: Inquiry, subjects: Sequence[Known], unfolded: Unfolded) -> list[tuple[list[EventRow], int]]:
    """Every event of each flow in story order, and how many of them had happened at the moment.

    On the occurred clock an event may have happened after ones that are told later: those that had not are last then.
    """
    if not subjects:
        return []
    found: dict[int, list[EventRow]] = {subject.id: [] for subject in subjects}
    for row in inquiry.rows("answer_flow_rows", {"flows": list(found)}):
        found[row[0]].append(EventRow(*row[1:]))
    stories = []
    for subject in subjects:
        rows = found[subject.id] if subject.id else []
        named = _correlations(inquiry, subject, rows)
        rows = rows + unfolded.rows_of(subject.subject, {row.position for row in rows}, named)
        stories.append(_divided(in_story_order(rows), inquiry.cut))
    return stories


def _divided(ordered: list[EventRow], cut: Cut) -> tuple[list[EventRow], int]:
    counts = _counts(ordered, cut)
    past = [row for row, has_happened in zip(ordered, counts, strict=True) if has_happened]
    return past + [row for row, has_happened in zip(ordered, counts, strict=True) if not has_happened], len(past)


def part_of_story(
    inquiry: Inquiry,
    subject: Known,
    unfolded: Unfolded,
    size: int,
    mark: Mark | None = None,
    *,
    newest_first: bool = False,
    is_counted: bool = True,
    tie: int = TIE_MAX,
) -> Part:
    """A page of a subject's story; always told forwards, but `newest_first` begins with its end.

    A page is not cut within one recorded time, unless more than `tie` further events have that time.
    """
    is_back = mark.is_back if mark else newest_first
    start = mark or (ENDING if newest_first else BEGINNING)
    asked = story_asked(inquiry, subject, size, mark, newest_first=newest_first, tie=tie)
    found = [EventRow(*row) for row in inquiry.answer(asked)]
    beside = _beside(inquiry, subject)
    seen = {row.position for row in (*found, *beside)}
    fresh = beside + unfolded.rows_of(subject.subject, seen, _correlations(inquiry, subject, found))
    fresh = [row for row in fresh if inquiry.cut.counts(row.recorded, row.occurred, *row.key[1:])]
    found = _merged(found, fresh, start, is_back)
    kept = _drained(found, size, tie)
    more = len(found) > len(kept)
    total = _total(inquiry, subject, len(fresh), None if more or mark else len(kept)) if is_counted else None
    if is_back:
        kept.reverse()
    before, after = (more, mark is not None) if is_back else (mark is not None, more)
    first = _first_number(mark, is_back, len(kept), total, newest_first)
    last = first + len(kept) - 1 if first else 0
    return Part(
        tuple(in_story_order(kept)),
        total,
        first,
        pack(_mark(kept[-1], last, False)) if after and kept else None,
        pack(_mark(kept[0], first, True)) if before and kept else None,
    )


def story_asked(
    inquiry: Inquiry,
    subject: Known,
    size: int,
    mark: Mark | None = None,
    *,
    newest_first: bool = False,
    tie: int = TIE_MAX,
) -> Question:
    """What `part_of_story` asks for its rows."""
    is_back = mark.is_back if mark else newest_first
    start = mark or (ENDING if newest_first else BEGINNING)
    parameters = {
        **inquiry.cut.parameters(),
        "subject": subject.id,
        "limit": size + tie + 1,
        "after_recorded": start.recorded,
        "after_source": start.source_id,
        "after_order": start.source_position,
        "after_position": start.position,
    }
    direction, beyond = ("desc", "<") if is_back else ("asc", ">")
    return Question("answer_story", parameters, {"direction": direction, "beyond": beyond})


def in_story_order(rows: Iterable[EventRow]) -> list[EventRow]:
    """Streams are merged by recorded time; of one time, an event waits for its cause."""
    queues: dict[int, list[EventRow]] = {}
    for row in sorted(rows, key=lambda row: (row.source_position, row.position), reverse=True):
        queues.setdefault(row.stream_id, []).append(row)
    waiting = {row.id: row for queue in queues.values() for row in queue}
    heads: list[tuple[Any, ...]] = [(*queue[-1].key, queue[-1].position, stream) for stream, queue in queues.items()]
    heapify(heads)
    told: list[EventRow] = []
    while heads:
        head = _next_head(heads, queues, waiting)
        row = queues[head[-1]].pop()
        waiting.pop(row.id, None)
        told.append(row)
        if queues[head[-1]]:
            following = queues[head[-1]][-1]
            heappush(heads, (*following.key, following.position, head[-1]))
    return told


def _next_head(
    heads: list[tuple[Any, ...]], queues: Mapping[int, list[EventRow]], waiting: Mapping[str, EventRow]
) -> tuple[Any, ...]:
    """The first head in order that does not wait for a cause of its own time; the very first where all do."""
    passed: list[tuple[Any, ...]] = []
    chosen = None
    while heads and chosen is None:
        head = heappop(heads)
        row = queues[head[-1]][-1]
        cause = waiting.get(row.causation or "")
        if cause is not None and cause is not row and cause.recorded == row.recorded:
            passed.append(head)
        else:
            chosen = head
    if chosen is None or (passed and chosen[0] != passed[0][0]):
        if chosen is not None:
            heappush(heads, chosen)
        chosen = passed.pop(0)
    for head in passed:
        heappush(heads, head)
    return chosen


def in_steps(rows: Sequence[EventRow]) -> list[list[EventRow]]:
    """Neighbours that one append wrote, together."""
    return [list(group) for _, group in groupby(rows, key=lambda row: row.append)]


def count_story(inquiry: Inquiry, subject: Known) -> int:
    """How many events at the moment, counted to one more than COUNTED_MAX."""
    parameters = {
        **inquiry.cut.parameters(),
        "subject": subject.id,
        "limit": COUNTED_MAX + 1,
        "is_recorded": inquiry.cut.is_now or inquiry.cut.clock is Clock.RECORDED,
    }
    row = next(iter(inquiry.rows("answer_count_story", parameters)), None)
    return int(row[0]) if row else 0


def _correlations(inquiry: Inquiry, subject: Known, rows: Iterable[EventRow]) -> set[str]:
    """What an event that is not understood must bear to be taken for a flow's."""
    if not _is_flow(inquiry, subject):
        return set()
    return {subject.subject.key, *(row.correlation for row in rows if row.correlation)}


def _is_flow(inquiry: Inquiry, subject: Known) -> bool:
    kind = inquiry.model.kinds.get(subject.subject.kind)
    return kind is not None and kind.is_flow


def _beside(inquiry: Inquiry, subject: Known) -> list[EventRow]:
    """What is not understood and may be a flow's by its correlation: few, laid on top as what is not folded is."""
    if not _is_flow(inquiry, subject):
        return []
    return [EventRow(*row) for row in inquiry.rows("answer_beside", {"flow": subject.id})]


def _counts(ordered: Sequence[EventRow], cut: Cut) -> list[bool]:
    """Which of a whole story have happened: within the cut's own time, those told up to its event."""
    index = next((i for i, row in enumerate(ordered) if cut.event and row.position == cut.event.position), None)
    if index is None:
        return [cut.counts(row.recorded, row.occurred, row.source_id, row.source_position) for row in ordered]
    at = [row.recorded if cut.clock is Clock.RECORDED else row.occurred for row in ordered]
    assert cut.time is not None
    return [time < cut.time or (time == cut.time and i <= index) for i, time in enumerate(at)]


def _merged(found: list[EventRow], fresh: list[EventRow], start: Mark, is_back: bool) -> list[EventRow]:
    """What is not folded yet takes its place among the rows of a page."""
    if not fresh:
        return found
    edge = start[:4]
    beyond = [row for row in fresh if ((*row.key, row.position) < edge if is_back else (*row.key, row.position) > edge)]
    return sorted([*found, *beyond], key=lambda row: (*row.key, row.position), reverse=is_back)


def _drained(found: list[EventRow], size: int, tie: int) -> list[EventRow]:
    end = min(size, len(found))
    while 0 < end < min(len(found), size + tie) and found[end].recorded == found[end - 1].recorded:
        end += 1
    if end == size + tie and len(found) > end and found[end].recorded == found[end - 1].recorded:
        end = size
    return found[:end]


def _total(inquiry: Inquiry, subject: Known, fresh: int, known: int | None) -> int | None:
    count = known if known is not None else count_story(inquiry, subject) + fresh
    return count if count <= COUNTED_MAX else None


def _first_number(mark: Mark | None, is_back: bool, shown: int, total: int | None, newest_first: bool) -> int:
    if mark is None:
        return (total - shown + 1 if total is not None else 0) if newest_first else 1
    if not mark.number:
        return 0
    return mark.number - shown if is_back else mark.number + 1


def _mark(row: EventRow, number: int, is_back: bool) -> Mark:
    return Mark(row.recorded, row.source_id, row.source_position, row.position, number, is_back)
