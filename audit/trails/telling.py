"""A trail's story for people: in plain words, as JSON lines and as a table. It also says which entries there are."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from audit.answers.documents import at_document, event_document, step_documents
from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import PLACE, known
from audit.answers.reading.unfolded import Unfolded, unfolded
from audit.answers.shapes import Link, What
from audit.answers.what import story_of_positions, whole_story_in_pages
from audit.answers.where import accounts_of
from audit.errors import WhereaboutsError
from audit.shown import visible
from audit.trails import readme
from audit.trails.asked import Progress
from audit.trails.canonical import canonical
from audit.trails.scope import Scope, Sieve
from audit.trails.tabular import csv_line
from audit.trails.timeline import COLUMNS, table_rows
from audit.trails.work import Work
from audit.values import Subject

PAGE = 500
SHOWN, WITHHELD = "shown", "withheld"  # files beside the trail's: positions of entries, and of stubs with the reason
FILES = ("README.txt", "view/story.jsonl", "view/timeline.csv", SHOWN, WITHHELD)


def tell(work: Work, inquiry: Inquiry, scope: Scope, progress: Progress) -> None:
    """From the beginning, or on from where the state says."""
    sieve = Sieve(inquiry, scope, work.get("position"))
    fresh = unfolded(inquiry)
    own = {place for subject in scope.subjects for place in _own(inquiry, subject, fresh)}
    total, number, events = _total(inquiry, scope), work.get("number") or 0, work.get("events") or 0
    with work.open(*FILES) as files:
        plain, lines, table, shown, withheld = files
        if not table.tell():
            table.write(csv_line(COLUMNS))
        if sieve.is_of_many:
            sieve.told.update(shown_before(work))
        for part, page in _pages(work, inquiry, scope):
            kept, stubs = sieve.part(page)
            positions = array("q")
            for document in step_documents(kept, number):
                lines.write(canonical(document) + b"\n")
                positions.append(document["event"]["position"])
                table.writelines(csv_line(row) for row in table_rows(document, own))
                last = document["step"]
            number, events = (last if positions else number), events + len(positions)
            shown.write(positions.tobytes())
            withheld.writelines(f"{at} {reason}\n".encode() for at, reason in stubs.items())
            plain.writelines(visible(line).encode() for line in readme.told(inquiry, kept))
            missed = {ref.position: event_document(ref) for ref in page.not_understood if ref.position <= sieve.upto}
            only_later = bool(page.not_understood) and not missed and not page.at.unattributed
            work.mark(
                dict(zip(FILES, files, strict=True)),
                part=part,
                cursor=page.steps.next,
                number=number,
                events=events,
                at=_at(work, page),
                complete=(page.complete or only_later) and work.state.get("complete", True),
                not_understood={**work.state.get("not_understood", {}), **{str(at): one for at, one in missed.items()}},
            )
            progress(events, 2 * max(total, events))
    work.done("story")


def shown_before(work: Work) -> array[int]:
    """The positions of the events told so far."""
    found, path = array("q"), work.folder / SHOWN
    with path.open("rb") as file:
        found.frombytes(file.read())
    return found


def _at(work: Work, page: What) -> dict[str, Any]:
    """As of when the trail was begun, however late the rest of it is told; sealed if every page is."""
    now, begun = at_document(page.at), work.get("at") or {}
    return {**now, **begun, "sealed": now["sealed"] and begun.get("sealed", True)}


def _pages(work: Work, inquiry: Inquiry, scope: Scope) -> Iterator[tuple[int, What]]:
    """Each subject's story, then what a case pinned beside them; numbered, to go on from."""
    begun, cursor = work.get("part"), work.get("cursor")
    for part, subject in enumerate(scope.subjects):
        if begun is not None and (part < begun or (part == begun and cursor is None)):
            continue
        for page in whole_story_in_pages(inquiry, subject, PAGE, cursor if part == begun else None):
            yield part, page
    part = len(scope.subjects)
    if scope.pinned and not (part == begun and cursor is None):
        link = Link(scope.subjects[0] if scope.subjects else Subject("case", scope.title), scope.title, "")
        for page in story_of_positions(inquiry, link, scope.pinned, PAGE, cursor if part == begun else None):
            yield part, page


def _own(inquiry: Inquiry, subject: Subject, fresh: Unfolded) -> set[str]:
    """Whose places count as the subject's own, for the direction of an amount."""
    if subject.kind == PLACE:
        return {subject.key.partition("/")[2]}
    asked = known(inquiry, subject, fresh)
    kind = inquiry.model.kinds.get(subject.kind)
    if kind is not None and kind.is_flow:
        return set()
    holders = [subject]
    if kind is None or kind.book is None:
        holders += [one.subject for one in accounts_of(inquiry, asked, fresh)]
    return {
        f"{name}:{holder.key}"
        for holder in holders
        for (_, name), place in inquiry.model.places.items()
        if place.subject == holder.kind
    }


def _total(inquiry: Inquiry, scope: Scope) -> int:
    found = len(scope.pinned)
    for subject in scope.subjects:
        with suppress(WhereaboutsError):
            ((count,),) = inquiry.rows("answer_count_timeline", [known(inquiry, subject, None).id])
            found += int(count)
    return found
