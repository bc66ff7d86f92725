"""What else belongs to a subject, and the events in which it introduces itself."""

from __future__ import annotations

from collections.abc import Collection

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.events import EventRow
from audit.answers.reading.names import Known, link_of, linked_asked
from audit.answers.reading.stories import part_of_story, story_asked
from audit.answers.reading.unfolded import Unfolded
from audit.answers.shapes import Link
from audit.values import Subject

OTHERS_SHOWN = 20
INTRODUCING = 5  # first events of a subject that are read for its facts
IN_FLOW = 2  # timeline.flags


def others_of(inquiry: Inquiry, asked: Known, without: Collection[str]) -> tuple[Link, ...]:
    """Further subjects that stood in one event with it (loans, standing orders), newest first."""
    found = [row for one in others_asked(inquiry, asked, without) for row in inquiry.answer(one)]
    return tuple(link_of(inquiry, Subject(kind, key), id) for id, kind, key, _ in found)


def others_asked(inquiry: Inquiry, asked: Known, without: Collection[str]) -> list[Question]:
    """What `others_of` asks; nothing where there can be none."""
    lanes = set(inquiry.model.lanes) - set(inquiry.model.document.get("kind", {}))
    flows_lanes = {kind.ends_with for kind in inquiry.model.kinds.values() if kind.ends_with}
    kinds = [kind for kind in inquiry.model.kinds if kind not in without and not (kind in lanes and flows_lanes)]
    return [linked_asked(asked.id, kinds, OTHERS_SHOWN, inquiry.cut.parameters()["recorded"])] if kinds else []


def introducing(inquiry: Inquiry, asked: Known, fresh: Unfolded) -> list[EventRow]:
    """The events of its own stream among its first ones: they say its name, its number, what it is. Payments do not."""
    part = part_of_story(inquiry, asked, fresh, INTRODUCING, is_counted=False, tie=0)
    return [row for row in part.rows if _is_own(inquiry, row.stream, asked) and not row.flags & IN_FLOW]


def introducing_asked(inquiry: Inquiry, asked: Known) -> Question:
    """What `introducing` asks."""
    return story_asked(inquiry, asked, INTRODUCING, tie=0)


def _is_own(inquiry: Inquiry, stream: str, asked: Known) -> bool:
    found = inquiry.lane_of(stream)
    return found is not None and (found[0].name, found[1]) == (asked.subject.kind, asked.subject.key)
