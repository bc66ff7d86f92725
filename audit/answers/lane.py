"""The page of any other subject (a fine, an application, one service's part of a transfer): state, money, story."""

from __future__ import annotations

from audit.answers.cursors import unpack
from audit.answers.events import Told, read_events
from audit.answers.facts import facts_of
from audit.answers.findings import findings_of
from audit.answers.headline import status_of
from audit.answers.inquiry import Inquiry
from audit.answers.names import Known, declared_kinds, known, link_of, linked
from audit.answers.others import OTHERS_SHOWN
from audit.answers.shapes import LanePage, Link, Page, StateLine, StepDetail, StepLine
from audit.answers.shared import covered, covered_data, is_shared, own
from audit.answers.states import STATES_MAX, states_of
from audit.answers.stories import Part, part_of_story
from audit.answers.technical import technical
from audit.answers.telling import event_lines, selected, step_lines, surroundings
from audit.answers.transfer import lane_columns
from audit.answers.unfolded import unfolded
from audit.answers.waiting import missing_steps, waiting_for
from audit.answers.what import newest
from audit.answers.where import of_holder
from audit.values import Subject

STEPS_SHOWN = 100
STATES_SHOWN = 50
CRUMBS_SHOWN = 3


def lane(inquiry: Inquiry, subject: Subject, step: int | None = None, cursor: str | None = None) -> LanePage:
    """The page, told from its beginning; `step` marks one event by its number and shows it deeper."""
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    part = part_of_story(inquiry, asked, fresh, STEPS_SHOWN, unpack(cursor) if cursor else None)
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
    status, tone = status_of(inquiry, states, waiting, found.rows)
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
        selected=_detail(steps, by_position, shown, step, part),
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


def _detail(
    steps: list[StepLine], told: dict[int, Told], shown: dict[int, Told], number: int | None, part: Part
) -> StepDetail | None:
    index = next((i for i, line in enumerate(steps) if line.is_selected), None)
    if index is None or number is None:
        return None
    last = part.first_number + len(part.rows) - 1
    return StepDetail(
        step=steps[index],
        previous=number - 1 if number > 1 else None,
        next=number + 1 if number < last or part.next else None,
        before=(),
        after=(),
        places_before=(),
        places_after=(),
        technical=tuple(covered_data(technical(told[e.ref.position]), shown) for e in steps[index].events),
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
