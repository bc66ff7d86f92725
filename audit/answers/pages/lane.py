"""The page of any other subject (a fine, an application, one service's part of a transfer): state, money, story."""

from __future__ import annotations

from datetime import datetime

from audit.answers.inquiry import Inquiry
from audit.answers.pages.facts import facts_of
from audit.answers.pages.findings import findings_of
from audit.answers.pages.headline import status_of
from audit.answers.pages.technical import technical
from audit.answers.pages.transfer import lane_columns
from audit.answers.reading.cursors import Mark, unpack
from audit.answers.reading.cut import Cut
from audit.answers.reading.events import Told, events_at, read_events, ref_of
from audit.answers.reading.names import Known, declared_kinds, known, link_of, linked
from audit.answers.reading.others import OTHERS_SHOWN
from audit.answers.reading.shared import covered, covered_data, is_shared, own
from audit.answers.reading.states import STATES_MAX, states_of
from audit.answers.reading.stories import Part, part_of_story
from audit.answers.reading.unfolded import Unfolded, unfolded
from audit.answers.shapes import LanePage, Link, Page, PlaceLine, StateLine, StepDetail, StepLine
from audit.answers.telling.lines import event_lines, selected, step_lines, surroundings
from audit.answers.telling.waiting import missing_steps, waiting_for
from audit.answers.what import newest
from audit.answers.where import of_holder, places_held
from audit.values import Clock, Subject

STEPS_SHOWN = 100
STATES_SHOWN = 50
CRUMBS_SHOWN = 3


def lane(
    inquiry: Inquiry, subject: Subject, step: int | None = None, cursor: str | None = None, diff: int | None = None
) -> LanePage:
    """The page, told from its beginning; `step` marks one event by its number and shows it deeper: what held before it
    (or, with `diff`, just after the event of that number) and after it."""
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    mark = unpack(cursor) if cursor else _mark_near(inquiry, asked, step)
    part = part_of_story(inquiry, asked, fresh, STEPS_SHOWN, mark)
    told = read_events(inquiry, part.rows, fresh.finality)
    lines = event_lines(inquiry, told, surroundings(inquiry, told, fresh), part.first_number)
    shown = own(inquiry, told) if (shared := is_shared(inquiry, asked)) else {one.row.position: one for one in told}
    lines = covered(lines, shown)
    steps = selected(step_lines(told, lines), step)
    where = of_holder(inquiry, asked, fresh)
    states = tuple(states_of(inquiry, asked, fresh))
    by_position = {one.row.position: one for one in told}
    waiting = waiting_for(inquiry, (), {}, states)  # reactions may stand in other lanes: a flow's page tells of them
    found = findings_of(inquiry, [asked.id])
    status, tone = status_of(inquiry, states, waiting, is_unexplained=any(one.is_unexplained for one in found.rows))
    above, others = _linked(inquiry, asked)
    return LanePage(
        subject=link_of(inquiry, subject, asked.id),
        at=where.at,
        model=inquiry.model.hash,
        title=link_of(inquiry, subject).title,
        status=status,
        tone=tone,
        tells=where.tells,
        waiting=waiting,
        where=where,
        facts=facts_of(inquiry, shown.values()),
        states=_states(states),
        lanes=lane_columns(inquiry, part.rows, states),
        steps=_page(part, steps),
        missing=missing_steps(inquiry, waiting, by_position),
        selected=_detail(inquiry, asked, fresh, steps, by_position, shown, step, part, diff),
        others=others,
        findings=found,
        crumbs=above,
        complete=where.complete,
        not_understood=where.not_understood,
        newest=newest(inquiry, asked),
        is_shared=shared,
    )


def _page(part: Part, steps: list[StepLine]) -> Page[StepLine]:
    return Page(tuple(steps), part.total, next=part.next, previous=part.previous)


def _states(states: tuple[StateLine, ...]) -> Page[StateLine]:
    return Page(states[:STATES_SHOWN], len(states) if len(states) < STATES_MAX else None, STATES_MAX)


def _mark_near(inquiry: Inquiry, asked: Known, step: int | None) -> Mark | None:
    """Where the part of the story that holds a far step begins; None: at the beginning."""
    if step is None or step <= STEPS_SHOWN:
        return None
    before = (step - 1) // STEPS_SHOWN * STEPS_SHOWN
    row = _nth(inquiry, asked, before)
    return Mark(*row, before) if row else None


def _nth(inquiry: Inquiry, asked: Known, number: int) -> tuple[datetime, int, int, int] | None:
    """The key of the event of that number, from 1."""
    rows = inquiry.rows("answer_nth", {"subject": asked.id, "place": number - 1}) if number > 0 else ()
    return next(((row[0], row[1], row[2], row[3]) for row in rows), None)


def _at_number(inquiry: Inquiry, asked: Known, part: Part, number: int) -> Inquiry | None:
    """The same question just after the event of that number; None: before the first. What is in the part at hand is not
    counted to."""
    if part.first_number <= number < part.first_number + len(part.rows):
        row = part.rows[number - part.first_number]
    elif (key := _nth(inquiry, asked, number)) is not None:
        row = events_at(inquiry, [key[3]])[key[3]]
    else:
        return None
    return inquiry.at(Cut(row.recorded, Clock.RECORDED, row.key, ref_of(inquiry, row)))


def _held_at(inquiry: Inquiry | None, asked: Known, fresh: Unfolded) -> tuple[list[StateLine], tuple[PlaceLine, ...]]:
    if inquiry is None:
        return [], ()
    return states_of(inquiry, asked, fresh), places_held(inquiry, asked, fresh)[0]


def _detail(
    inquiry: Inquiry,
    asked: Known,
    fresh: Unfolded,
    steps: list[StepLine],
    told: dict[int, Told],
    shown: dict[int, Told],
    number: int | None,
    part: Part,
    diff: int | None,
) -> StepDetail | None:
    index = next((i for i, line in enumerate(steps) if line.is_selected), None)
    if index is None or number is None:
        return None
    last = part.first_number + len(part.rows) - 1
    numbers = [event.number or number for event in steps[index].events]
    first, second = sorted((min(numbers) - 1 if diff is None else diff, max(numbers)))
    before, places_before = _held_at(_at_number(inquiry, asked, part, first), asked, fresh)
    after, places_after = _held_at(_at_number(inquiry, asked, part, second), asked, fresh)
    return StepDetail(
        step=steps[index],
        previous=number - 1 if number > 1 else None,
        next=number + 1 if number < last or part.next else None,
        before=tuple(before),
        after=tuple(after),
        places_before=places_before,
        places_after=places_after,
        technical=tuple(covered_data(technical(told[e.ref.position]), shown) for e in steps[index].events),
        compared=diff,
    )


def _linked(inquiry: Inquiry, asked: Known) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """What it belongs to, and what else stood in one event with it."""
    bound = inquiry.cut.parameters()["recorded"]
    found = linked(inquiry.connection, asked.id, list(inquiry.model.kinds), OTHERS_SHOWN + CRUMBS_SHOWN, bound)
    declared = declared_kinds(inquiry.model)
    above = [(id, other) for id, other, _ in reversed(found) if other.kind in declared][:CRUMBS_SHOWN]
    others = [(id, other) for id, other, _ in found if (id, other) not in above][:OTHERS_SHOWN]
    above.sort(key=lambda one: declared.index(one[1].kind))
    return tuple(link_of(inquiry, other, id) for id, other in above), tuple(link_of(inquiry, o, id) for id, o in others)
