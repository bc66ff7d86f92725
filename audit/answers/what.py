"""What happened: a subject's story in steps, in plain sentences, across every service that took part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.cursors import Mark, pack, unpack
from audit.answers.reading.events import EventRow, events_at, read_events
from audit.answers.reading.names import PLACE, Known, flow_kinds, known, link_of, place_title
from audit.answers.reading.places import parse_place, positions_in
from audit.answers.reading.shared import covered, is_shared, own
from audit.answers.reading.stories import BEGINNING, TIE_MAX, Part, part_of_story
from audit.answers.reading.unfolded import Unfolded, unfolded
from audit.answers.shapes import Link, Page, StepLine, What
from audit.answers.telling.lines import Noted, event_lines, step_lines, surroundings
from audit.values import EventRef, Subject

STEPS_SHOWN = 50


def what(
    inquiry: Inquiry,
    subject: Subject,
    cursor: str | None = None,
    *,
    size: int = STEPS_SHOWN,
    newest_first: bool = False,
) -> What:
    """A page of the story, told forwards; `newest_first` begins with the last page. Raises UnknownSubject."""
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    return story_page(inquiry, asked, fresh, cursor, size, newest_first)


def story_page(
    inquiry: Inquiry, asked: Known, fresh: Unfolded, cursor: str | None, size: int, newest_first: bool
) -> What:
    steps = steps_page(inquiry, asked, fresh, cursor, size, newest_first)
    missed = not_understood(inquiry, asked, fresh)
    at = inquiry.as_of(all(event.is_final for step in steps.rows for event in step.events))
    return What(
        subject=link_of(inquiry, asked.subject, asked.id),
        at=at,
        model=inquiry.model.hash,
        steps=steps,
        complete=not (missed or at.unattributed),
        not_understood=missed,
        newest=newest(inquiry, asked),
    )


def steps_page(
    inquiry: Inquiry,
    asked: Known,
    fresh: Unfolded,
    cursor: str | None,
    size: int,
    newest_first: bool,
    tie: int = TIE_MAX,
) -> Page[StepLine]:
    mark = unpack(cursor) if cursor else None
    part = part_of_story(inquiry, asked, fresh, size, mark, newest_first=newest_first, tie=tie)
    return part_told(inquiry, asked, part, fresh)


def part_told(
    inquiry: Inquiry,
    asked: Known,
    part: Part,
    fresh: Unfolded,
    opened: Noted | None = None,
    *,
    is_linked: bool = True,
) -> Page[StepLine]:
    """The steps of a part of a story; of a shared one those of single payments without sentence and amount. `opened`:
    what was noted of its events; `is_linked`: with what undoes what, wherever it stands."""
    told = read_events(inquiry, part.rows, fresh.finality)
    around = surroundings(inquiry, told, fresh, opened=opened, is_linked=is_linked)
    lines = event_lines(inquiry, told, around, part.first_number)
    if is_shared(inquiry, asked):
        lines = covered(lines, own(inquiry, told))
    return Page(tuple(step_lines(told, lines)), part.total, next=part.next, previous=part.previous)


def whole_story_in_pages(
    inquiry: Inquiry, subject: Subject, size: int = 500, cursor: str | None = None
) -> Iterator[What]:
    """The story from its beginning (or from a page's `steps.next`) to its end, a page at a time: memory stays flat
    however long it is."""
    fresh = unfolded(inquiry)
    if subject.kind == PLACE:
        asked_place = parse_place(subject.key)
        link = Link(Subject(PLACE, f"{asked_place.book}/{asked_place}"), place_title(inquiry, asked_place), "")
        yield from story_of_positions(inquiry, link, positions_in(inquiry, asked_place), size, cursor)
        return
    asked = known(inquiry, subject, fresh)
    while True:
        page = story_page(inquiry, asked, fresh, cursor, size, newest_first=False)
        yield page
        cursor = page.steps.next
        if cursor is None:
            return


def story_of_positions(
    inquiry: Inquiry, link: Link, positions: Sequence[int], size: int, cursor: str | None = None
) -> Iterator[What]:
    """These events, told in this order under one title."""
    fresh = unfolded(inquiry)
    for first in range(int(cursor or 0), max(1, len(positions)), size):
        found = events_at(inquiry, positions[first : first + size])
        told = read_events(inquiry, [found[at] for at in positions[first : first + size]], fresh.finality)
        lines = event_lines(inquiry, told, surroundings(inquiry, told, fresh), first + 1)
        following = str(first + size) if first + size < len(positions) else None
        page = Page(tuple(step_lines(told, lines)), len(positions), next=following)
        yield What(link, inquiry.as_of(), inquiry.model.hash, page, True, (), "")


def not_understood(inquiry: Inquiry, asked: Known, fresh: Unfolded, also: Iterable[Known] = ()) -> tuple[EventRef, ...]:
    """Events up to the moment that may touch the subject, or those `also` that its answer rests on, and that the model
    cannot read: all of them."""
    subjects = [asked, *also]
    found = [EventRef(*row) for row in inquiry.answer(not_understood_asked(inquiry, subjects))]
    named = _correlations(inquiry, subjects)
    for one in (one for subject in subjects for one in fresh.told_of(subject.subject, named)):
        counts = inquiry.cut.counts(one.row.recorded, one.row.occurred, *one.row.key[1:])
        if counts and one.problem is not None and one.ref not in found:
            found.append(one.ref)
    return tuple(found)


def not_understood_asked(inquiry: Inquiry, subjects: Sequence[Known]) -> Question:
    """What `not_understood` asks of these together."""
    flows = [one.id for one in subjects if one.subject.kind in flow_kinds(inquiry.model)]
    about = {"subjects": [one.id for one in subjects], "correlations": _correlations(inquiry, subjects), "flows": flows}
    return Question("answer_not_understood", {**inquiry.cut.parameters(), **about})


def _correlations(inquiry: Inquiry, subjects: Iterable[Known]) -> list[str]:
    return [one.subject.key for one in subjects if one.subject.kind in inquiry.model.correlated]


def newest(inquiry: Inquiry, asked: Known) -> str:
    """A mark of the subject's last folded event, to ask `news` with."""
    row = next(iter(inquiry.answer(newest_asked(asked))), None)
    return pack(Mark(*row)) if row else pack(BEGINNING)


def newest_asked(asked: Known) -> Question:
    """What `newest` asks."""
    return Question("answer_newest", {"subject": asked.id})


def news(inquiry: Inquiry, subject: Subject, mark: str) -> int:
    """How many events of a subject came after a mark, counted to a hundred: one short statement."""
    asked = known(inquiry, subject, None)
    since = unpack(mark)
    row = next(
        iter(
            inquiry.rows(
                "answer_news",
                {
                    "subject": asked.id,
                    "recorded": since.recorded,
                    "source": since.source_id,
                    "order": since.source_position,
                    "position": since.position,
                },
            )
        ),
        None,
    )
    return int(row[0]) if row else 0


def latest_telling(inquiry: Inquiry, asked: Known, fresh: Unfolded, lanes: set[str]) -> str:
    """The customer's sentence of the newest event that has one, among these lanes' streams; "" where none tells.

    It looks back as far as TELLING_PAGES pages.
    """
    mark: str | None = None
    for _ in range(TELLING_PAGES):
        start = unpack(mark) if mark else None
        part = part_of_story(inquiry, asked, fresh, TELLING_SIZE, start, newest_first=True, is_counted=False)
        rows = [row for row in part.rows if _is_of(inquiry, row, lanes)]
        for one in reversed(read_events(inquiry, rows, fresh.finality)):
            if one.tells:
                return one.tells
        mark = part.previous
        if mark is None:
            return ""
    return ""


TELLING_PAGES = 20
TELLING_SIZE = 10


def _is_of(inquiry: Inquiry, row: EventRow, lanes: set[str]) -> bool:
    found = inquiry.lane_of(row.stream)
    return found is not None and found[0].name in lanes
