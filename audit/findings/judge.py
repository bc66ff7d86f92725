"""Judges flows as a whole once the watermark has passed their events: the runner of the rules about flows, and about
what joins calls and reactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from msgspec.json import encode

from audit.arrays import Integers, Texts, packed
from audit.database import Connection, sql
from audit.findings import (
    amount_drift,
    books_disagree,
    double_effect,
    half_compensation,
    missing_reaction,
    reservation_leak,
    residue_at_end,
    transfer_not_conserved,
    unmatched_resolution,
)
from audit.findings.because import link_flows
from audit.findings.conduct import reservations
from audit.findings.consequences import link
from audit.findings.expecting import Expecting, Key
from audit.findings.flowkind import FlowKind, flow_kinds
from audit.findings.quick_look import at_of, is_others, look
from audit.findings.reactions import Happening
from audit.findings.record import record
from audit.findings.requests import judge_requests
from audit.findings.story import At, End, Story, StoryMoment
from audit.model.meaning import Model
from audit.projections.flowbook import FlowBook, Told, told_of
from audit.projections.packing import PACKERS
from audit.projections.signs import Sign
from audit.values import time_of

FLOWS_AT_ONCE = 2_000
JUDGED = "judged"  # the counter of the watermark that was judged at last
RULES_OF_FLOWS = (
    transfer_not_conserved,
    residue_at_end,
    amount_drift,
    books_disagree,
    reservation_leak,
    unmatched_resolution,
    double_effect,
    half_compensation,
)


def judge_flows(
    connection: Connection, model: Model, watermark: int, book: FlowBook | None = None, due_by: int | None = None
) -> int:
    """Judge what is due at `watermark` (microseconds; the least of all sources'), at most FLOWS_AT_ONCE subjects.

    What is in `book` is not read back. `due_by`: what became due after it is left for later. Returns how many were
    judged. Runs in the caller's transaction on the generation in its search_path.
    """
    _run_back(connection, watermark)
    latest = time_of(watermark if due_by is None else min(due_by, watermark))
    due: dict[int, int] = dict(connection.execute(sql("take_dirty"), [latest, FLOWS_AT_ONCE]).fetchall())
    if not due:
        return 0
    signs: list[Sign] = []
    again: list[tuple[int, int]] = []
    states: list[tuple[int, bool, list[Any]]] = []
    unbegun: list[int] = []  # nothing of them lies before the watermark
    expecting, keys = Expecting(model), list[Key]()
    book = book if book is not None else FlowBook()
    for story, later, happenings in _stories(connection, model, list(due), watermark, book):
        if expecting.concerns(story.kind):
            keys.append(_key(story, happenings))
        if not happenings:
            unbegun.append(story.subject_id)
        if not story.is_sound:
            found_here = [sign for rule in RULES_OF_FLOWS for sign in rule.judge(story, watermark)]
            link(found_here)
            signs += found_here
        again += [(story.subject_id, at) for at in _look_again(story, watermark, later)]
        nets = story.nets_now()
        is_open = story.ended is None or any(not at.rests for at, _, _ in nets)
        states.append((story.subject_id, is_open, [[at.place_id, str(units), since] for at, units, since in nets]))
    flows = {state[0] for state in states}
    others = {subject_id: since for subject_id, since in due.items() if subject_id not in flows}
    keys += expecting.keys(connection, others, watermark)
    connection.execute(sql("take_back_findings"), [Integers(due), [rule.RULE.name for rule in RULES_OF_FLOWS]])
    found, calls_again = expecting.judge(connection, keys, watermark)
    requests, requests_again = judge_requests(connection, model, list(due), watermark)
    signs += found + requests
    again += calls_again + requests_again
    record(connection, signs, model.digits)
    link_flows(connection, [sign.subject_id for sign in signs if sign.rule == missing_reaction.RULE.name])
    _save(connection, states, unbegun, again, book)
    return len(due)


def _run_back(connection: Connection, watermark: int) -> None:
    """The least watermark runs back when a new source stands behind the others: what was judged by what lies beyond is
    judged again, as if that source had been known."""
    row = connection.execute("select value from counts where name = %s", [JUDGED]).fetchone()
    if row is not None and row[0] > watermark:
        names = [rule.RULE.name for rule in RULES_OF_FLOWS]
        connection.execute(sql("judge_anew"), [time_of(watermark), names])
    if row is None or row[0] != watermark:
        connection.execute(sql("set_count"), [JUDGED, watermark])


def _key(story: Story, happenings: Sequence[Happening]) -> Key:
    return Key(
        story.subject_id,
        story.kind,
        story.subject.partition(":")[2],
        happenings,
        [story.declared] if story.declared is not None else [],
    )


def _look_again(story: Story, watermark: int, later: int | None) -> Iterator[int]:
    """When this flow is to be judged next: at its next event, at its deadline, when an imbalance has lasted."""
    times = [later, story.settled_by, *(one.due for one in story.reservations)]
    if story.moments:
        times.append(story.moments[-1].recorded + transfer_not_conserved.SKEW_MICROS + 1)
    ahead = [at for at in times if at is not None and at > watermark]
    if ahead:
        yield min(ahead)


def _save(
    connection: Connection,
    states: Sequence[tuple[int, bool, list[Any]]],
    unbegun: Sequence[int],
    again: list[tuple[int, int]],
    book: FlowBook,
) -> None:
    ids, opens = Integers(s[0] for s in states), packed("bool", map(PACKERS["bool"], [s[1] for s in states]))
    nets = Texts(encode(s[2]).decode() for s in states)
    connection.execute(sql("save_flows"), [ids, opens, nets])
    closed = [flow for flow, is_open, _ in states if not is_open]
    unlisted = [*unbegun, *(flow for flow in closed if book.may_be_listed(flow))]
    connection.execute(sql("close_flows"), [Integers(unlisted)])
    opened = Integers(flow for flow, is_open, _ in states if is_open and flow not in unbegun)
    connection.execute(sql("open_flows"), [opened])
    soonest: dict[int, int] = {}
    for subject_id, at in again:
        soonest[subject_id] = min(at, soonest.get(subject_id, at))
    if soonest:
        times = packed("timestamptz", map(PACKERS["timestamptz"], soonest.values()))
        connection.execute(sql("dirty_again"), [Integers(soonest), times])
    book.enlist(opened)
    book.forget(flow for flow in closed if flow not in soonest)


def _stories(
    connection: Connection, model: Model, ids: Sequence[int], watermark: int, book: FlowBook
) -> Iterator[tuple[Story, int | None, list[Happening]]]:
    """Each flow's story up to the watermark, the time of its first event beyond it, and its events before that."""
    told: dict[int, list[Told]] = {}
    heads = []
    for flow in map(book.flow, ids):
        if flow is not None:
            told[flow.subject_id] = flow.told()
            heads.append(flow.head())
    unknown = Integers(subject_id for subject_id in ids if subject_id not in told)
    if unknown:
        moves = connection.execute(sql("flow_moves"), [unknown])
        told |= {subject_id: told_of(rows) for subject_id, rows in groupby(moves, key=itemgetter(0))}
        heads += connection.execute(sql("flow_heads"), [unknown]).fetchall()
    kinds = flow_kinds(model)
    for row in sorted(heads, key=itemgetter(1, 2)):
        events = told.get(row[0], [])
        later = next((one[0] for one in events if one[0] > watermark), None)
        known = events if later is None else [one for one in events if one[0] <= watermark]
        happenings = [Happening(recorded, position, meaning) for recorded, _, _, position, meaning, _ in known]
        yield _story(model, kinds[row[1]], row, known, happenings, watermark), later, happenings


def _story(
    model: Model, kind_of_flow: FlowKind, head: tuple[Any, ...], known: Sequence[Told],
    happenings: Sequence[Happening], watermark: int,
) -> Story:
    subject_id, kind, key, units, currency, state, is_final, is_failure, state_at, state_position = head
    about = model.kinds[kind]
    ended = None
    if is_final and state_at is not None and state_at <= watermark:
        ended = End(state_at, state_position, state, is_failure)
    settled_by = None
    if ended is not None:
        settled_by = model.due(ended.recorded, about.settles_within) if about.settles_within else ended.recorded
    declared = None if units is None else (int(units), str(currency))
    story = Story(subject_id, f"{kind}:{key}", kind, about.book, declared, ended, settled_by)
    story.happenings, story.about = happenings, kind_of_flow
    found = look(model, kind_of_flow, story, known)
    if found.end is not None:
        story.is_sound, story.moments = True, [found.end]
    else:
        places = {side[0]: at_of(model, side) for one in known for side in one[5]}
        ats = {place_id: at for place_id, at in places.items() if not is_others(model, story, at)}
        story.moments = list(_moments(kind_of_flow, known, ats))
        story.reservations = list(reservations(model, kind_of_flow, known, ats))
    return story


def _moments(about: FlowKind, events: Sequence[Told], ats: Mapping[int, At]) -> Iterator[StoryMoment]:
    """A moment a time."""
    nets: dict[At, int] = {}
    since: dict[At, int] = {}
    state = ""
    for recorded, of_time in groupby(events, key=itemgetter(0)):
        first = None
        for _, _, _, position, meaning, sides in of_time:
            first = position if first is None else first
            state = about.states.get(meaning, state)
            for side in sides:
                at = ats.get(side[0])
                if at is not None:
                    nets[at] = nets.get(at, 0) + side[5]
                    since[at] = position
        assert first is not None
        yield StoryMoment(recorded, first, dict(nets), dict(since), state)
