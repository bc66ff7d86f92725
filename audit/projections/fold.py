"""The fold: released events of a batch become the rows of the read model. Pure but for the memories it moves on.

Each stream is folded in its own order; nothing here depends on how streams or batches are interleaved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

from audit.log.logged import Logged
from audit.model.expecting import roles_of
from audit.model.meaning import Effect, Lane, Model, State
from audit.model.paths import key_of
from audit.projections.claims import begin_time, judge_event, judge_time, note
from audit.projections.durations import bucket_of
from audit.projections.legality import judge_transition, put_right
from audit.projections.memory import ItemState, Memory
from audit.projections.moving import Moving
from audit.projections.names import Names
from audit.projections.noticing import Noticed, in_its_place, left_over, unreasoned
from audit.projections.packing import change_row, timeline_rows
from audit.projections.reading import Work
from audit.projections.rows import Aggregate, FlowTouch, Rows, Side, StoryKey
from audit.projections.signs import Sign
from audit.projections.steps import begin_step, judge_step

MOVES, IN_FLOW, SETS_STATE, NOT_UNDERSTOOD = 1, 2, 4, 8  # timeline.flags
PUTS_RIGHT = 16  # a correction that moves money and does not name what it corrects
LINKS_REMEMBERED_MAX = 30_000
TIES_REMEMBERED_MAX = 10_000


@dataclass(slots=True)
class Fold:
    """Folds works (events with their meaning) of known streams into rows. One for each projector."""

    model: Model
    names: Names
    sources: Mapping[int, str]
    memories: dict[int, Memory]
    watermarks: Mapping[int, int] = field(default_factory=dict)
    numbered: set[int] = field(default_factory=set)  # sources whose own order means something
    _sides: list[Side] = field(default_factory=list)  # what the event at hand moved
    completed: Mapping[int, tuple[int, int]] = field(default_factory=dict)  # see projections/notes.py
    _links: dict[tuple[int, int], int] = field(default_factory=dict)  # of two subjects, since when they are linked
    _linked: dict[tuple[int, ...], int] = field(default_factory=dict)  # the same of all subjects of an event
    _declared_kinds: frozenset[str] = field(init=False)
    flow_kinds: frozenset[str] = field(init=False)
    _nameless: frozenset[int] = field(init=False)
    _moving: Moving = field(init=False)
    _ends: dict[str, list[str]] = field(init=False)
    _matched: dict[str, frozenset[int]] = field(init=False)

    def __post_init__(self) -> None:
        kinds = self.model.kinds
        self._declared_kinds = frozenset(kinds)
        self.flow_kinds = frozenset(name for name, kind in kinds.items() if kind.is_flow)
        self._nameless = self.model.nameless
        self._moving = Moving(self.model, self.names, self.sources, self.flow_kinds)
        roles = roles_of(self.model)
        self._matched = {kind: one.numbers for kind, one in roles.items() if kind not in self.flow_kinds}
        self._ends = {}
        for name, kind in kinds.items():
            if kind.is_flow and kind.ends_with:
                self._ends.setdefault(kind.ends_with, []).append(name)

    def judges(self, kind: str) -> bool:
        """Whether subjects of this kind are judged as a whole."""
        return kind in self.flow_kinds or kind in self._matched

    def run(self, works: Sequence[Work], rows: Rows) -> None:
        """All rows of a batch, its steps judged at the end, added to `rows`."""
        moving = 0
        for work in works:
            moving += bool(work.event.kind == 0 and work.reading and work.reading.movements)
            self._apply(work, rows)
            work.let_go()
        for stream_id in {work.event.stream_id for work in works}:
            self._judge(self.memories[stream_id], rows)
        rows.count("events", sum(work.event.kind == 0 for work in works))
        rows.count("moving_events", moving)

    def _apply(self, work: Work, rows: Rows) -> None:
        known = self.names.subjects.ids
        event, ids = work.event, [known[tie] for tie in work.ties]
        memory, self._sides = self.memories[event.stream_id], []
        if not memory.subject_id:
            memory.subject_id, memory.subject = ids[0], self._text(work)
        flags = 0
        if event.kind == 0:
            memory.follow(event.recorded, event.occurred)
            for noticed in in_its_place(event, self.model, work.lane, memory, event.source_id in self.numbered):
                rows.signs.append(self._noticed(noticed, work, ids[0]))
            self._step(work, memory, rows)
            if work.reading is not None:
                flags = self._meaning(work, memory, ids, rows)
        if work.trouble is not None:
            flags |= self._not_understood(work, ids[0], rows)
        if event.kind == 1:
            return
        meaning = work.meaning.number if work.meaning is not None and work.reading is not None else 0
        if self._touches_flow(work, ids, meaning, rows):
            flags |= IN_FLOW
        if meaning in self._nameless and flags & MOVES:
            flags |= PUTS_RIGHT
        if meaning and work.meaning is not None and work.meaning.effect is not None:
            self._asks(work, work.meaning.effect, ids, rows)
        if meaning and work.meaning is not None and work.meaning.corrects is not None:
            self._corrects(work, work.meaning.corrects, rows)
        if self._matched:
            self._expects(work, ids, meaning, rows)
        rows.timeline += timeline_rows(ids, event, flags, meaning)
        if memory.linked != ids or memory.linked_at > event.recorded:
            self._link(work, memory, ids, rows)

    # order within the stream

    def _step(self, work: Work, memory: Memory, rows: Rows) -> None:
        event, lane = work.event, work.lane
        if lane is not None and not lane.knows_order_within_time:
            step = str(event.recorded)
        else:
            step = event.step or f"{event.causation or ''}@{event.recorded}"
        if step != memory.step:
            self._judge(memory, rows)
            begin_step(memory, step)
            begin_time(memory)

    def _judge(self, memory: Memory, rows: Rows) -> None:
        if memory.doubts is not None and memory.doubts.events:
            rows.signs += judge_time(memory)
        if memory.touched:
            rows.signs += judge_step(memory)

    # what the event means

    def _meaning(self, work: Work, memory: Memory, ids: Sequence[int], rows: Rows) -> int:
        reading, event, lane = work.reading, work.event, work.lane
        assert reading is not None and lane is not None
        flags = 0
        if reading.to is not None:
            self._set_state(work, memory, lane, reading.item, reading.to, reading.allowed, ids, rows)
            flags |= SETS_STATE
        elif reading.allowed is not None:
            self._legality(work, memory, lane, reading.item, None, reading.allowed, ids[0], rows)
        if reading.sets:
            for name, value in reading.sets.items():
                rows.changes.append(change_row(event, reading.item, name, value))
        if reading.movements:
            self._sides = self._moving.move(work, memory, lane, reading.movements, rows)
            flags |= MOVES
        if reading.rest is not None:
            rows.signs.append(self._noticed(left_over(work, reading.rest), work, ids[0]))
        if work.lacks is not None:
            rows.signs.append(self._noticed(unreasoned(work, work.lacks), work, ids[0]))
        if lane.asserts or lane.nevers:
            self._claims(work, memory, lane, rows)
        for name, value, is_personal in reading.identifiers:
            if value and not is_personal:
                rows.identifiers.add((name, value, ids[0]))
        return flags

    def _claims(self, work: Work, memory: Memory, lane: Lane, rows: Rows) -> None:
        reading = work.reading
        assert reading is not None
        if lane.knows_order_within_time:
            if work.asserted or work.broken:
                rows.signs += judge_event(memory, work, self._identity(work.event))
        else:
            note(memory, work, self._identity(work.event), reading.movements)

    def _set_state(
        self, work: Work, memory: Memory, lane: Lane, item: str, to: str, allowed: frozenset[str] | None,
        ids: Sequence[int], rows: Rows,
    ) -> None:
        event, before = work.event, memory.items.get(item)
        current = before.state if before else ""
        meaning = work.meaning
        assert meaning is not None
        if before is not None:
            self._left_in_time(work, before, memory, item, ids[0], rows)
        if meaning.is_correction:
            rows.signs += put_right(memory, event)
        else:
            self._legality(work, memory, lane, item, to, allowed, ids[0], rows)
        state = lane.states.get(to)
        spent = bucket_of(event.recorded - before.recorded) if before is not None else 0
        rows.passes((lane.name, current, to, event.type, self._moving.day(event.recorded), spent))
        memory.items[item] = ItemState(to, event.recorded, event.occurred, event.position, self._identity(event),
                                       self._deadline(event, state), current, event.type)
        rows.changes.append(change_row(event, item, "", to))
        rows.aggregates[(event.stream_id, item)] = Aggregate(
            lane.name, ids[0], to, bool(state and state.is_final), event.recorded, event.occurred, event.position,
            event.version, memory.items[item].deadline)
        self._end_flows(work, lane, to, state, rows)

    def _deadline(self, event: Logged, state: State | None) -> int | None:
        if state is None or state.within is None or state.is_final or state.waits_on_person:
            return None
        return self.model.due(event.recorded, state.within)

    def _left_in_time(
        self, work: Work, before: ItemState, memory: Memory, item: str, subject_id: int, rows: Rows
    ) -> None:
        """A state that was left too late had been stuck from its deadline until now; one left in time never was, though
        a watermark that ran ahead of this event may have said so."""
        event = work.event
        if before.deadline is None:
            return
        is_in_time = event.recorded <= before.deadline
        if is_in_time and self.watermarks.get(event.source_id, before.deadline - 1) < before.deadline:
            return
        rows.signs.append(Sign(
            "stuck", subject_id, self._text(work), before.deadline, before.position, before.event_id,
            [before.position, event.position],
            {"lane": work.lane.name if work.lane else "", "state": before.state, "item": item,
             "seconds": (event.recorded - before.deadline) // 1_000_000},
            detail=item, resolved_at=event.recorded, resolved_by=event.position, withdrawn=is_in_time))

    def _legality(
        self, work: Work, memory: Memory, lane: Lane, item: str, to: str | None, allowed: frozenset[str] | None,
        subject_id: int, rows: Rows,
    ) -> None:
        before = memory.items.get(item)
        if allowed is None or (before.state if before is not None else "") not in allowed:
            rows.signs += judge_transition(
                memory, work, lane, item, to, allowed,
                lambda rule, numbers: self._sign(rule, work, subject_id, numbers))

    # flows: what money travels in, judged later as a whole

    def _touches_flow(self, work: Work, ids: Sequence[int], meaning: int, rows: Rows) -> bool:
        event, is_tied = work.event, False
        for tie, subject_id in zip(work.ties, ids, strict=True):
            if tie[0] in self.flow_kinds:
                is_tied = True
                rows.told.append((subject_id, (event.recorded, event.source_id, event.source_position, event.position,
                                               meaning, self._sides)))
                touched = self._flow(subject_id, event, rows)
                if work.reading is not None and work.reading.declared is not None:
                    key = StoryKey(event.recorded, event.source_id, event.source_position)
                    touched.declare(key, work.reading.declared, event.position)
                if rows.dirty.setdefault(subject_id, event.recorded) > event.recorded:
                    rows.dirty[subject_id] = event.recorded
        return is_tied

    def _asks(self, work: Work, effect: Effect, ids: Sequence[int], rows: Rows) -> None:
        """Requests are the same by what the model says makes them so; one key is one request only in its own source."""
        event, meaning = work.event, work.meaning
        assert meaning is not None and event.data is not None
        values = effect.values(event, event.data, work.ties, event.blinds)
        if values is None:
            return
        of_flow = (i for tie, i in zip(work.ties, ids, strict=True) if tie[0] in self.flow_kinds)
        subject_id = next(of_flow, ids[0])
        scope = self.sources[event.source_id] if effect.is_key else ""
        named = msgspec.json.encode((meaning.lane, meaning.type, scope, values))
        digest = blake2b(named, digest_size=16).digest()
        rows.effects.append((digest, subject_id, event.position, event.recorded, event.source_id,
                             event.source_position, meaning.number))
        rows.dirty[subject_id] = min(event.recorded, rows.dirty.get(subject_id, event.recorded))

    def _corrects(self, work: Work, path: Sequence[str], rows: Rows) -> None:
        """What it puts right may stand in another story: it is found from both."""
        value: object = work.event.data
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        with suppress(ValueError):
            if named := key_of(value):
                rows.corrections.append((named, work.event.position))

    def _expects(self, work: Work, ids: Sequence[int], meaning: int, rows: Rows) -> None:
        """What joins calls and reactions and is no flow is to be judged when it gets one of them."""
        for tie, subject_id in zip(work.ties, ids, strict=True):
            if meaning in self._matched.get(tie[0], ()):
                recorded = work.event.recorded
                rows.dirty[subject_id] = min(recorded, rows.dirty.get(subject_id, recorded))

    @staticmethod
    def _flow(subject_id: int, event: Logged, rows: Rows) -> FlowTouch:
        touched, recorded = rows.flows.get(subject_id), event.recorded
        if touched is None:
            touched = rows.flows[subject_id] = FlowTouch(recorded, recorded)
        elif recorded > touched.changed:
            touched.changed = recorded
        elif recorded < touched.started:
            touched.started = recorded
        return touched

    def _end_flows(self, work: Work, lane: Lane, to: str, state: State | None, rows: Rows) -> None:
        kinds = self._ends.get(lane.name)
        if not kinds:
            return
        event = work.event
        key = StoryKey(event.recorded, event.source_id, event.source_position)
        for tie in work.ties:
            if tie[0] in kinds:
                touched = self._flow(self.names.subjects[tie], event, rows)
                is_final, is_failure = (state.is_final, state.is_failure) if state is not None else (False, False)
                touched.end(key, to, is_final, is_failure, event.position)

    def _link(self, work: Work, memory: Memory, ids: list[int], rows: Rows) -> None:
        """Subjects that one event ties together; only kinds that the model declares, and only where it is news."""
        recorded, seen = work.event.recorded, self._linked
        memory.linked, memory.linked_at = ids, recorded
        together = tuple(ids)
        if seen.get(together, recorded + 1) <= recorded:
            return
        if len(seen) >= TIES_REMEMBERED_MAX:
            seen.clear()
        seen[together] = recorded
        linked = [(i, tie[0]) for tie, i in zip(work.ties, ids, strict=True) if tie[0] in self._declared_kinds]
        known = self._links
        if len(known) >= LINKS_REMEMBERED_MAX:
            known.clear()
        for number, (one, kind) in enumerate(linked):
            for other, other_kind in linked[:number]:
                pair = (one, other) if one < other else (other, one)
                if known.get(pair, recorded + 1) > recorded:
                    known[pair] = recorded
                    rows.links[(one, other)] = (one, other, other_kind, recorded)
                    rows.links[(other, one)] = (other, one, kind, recorded)

    # signs

    def _not_understood(self, work: Work, subject_id: int, rows: Rows) -> int:
        assert work.trouble is not None
        event, (rule, why) = work.event, work.trouble
        place = event.place or f"event {self._identity(event)}"
        place = "" if place in why else f"({place})"
        numbers: dict[str, str] = {"type": event.type, "stream": event.stream, "why": why, "place": place}
        if rule == "redelivery":
            rows.signs.append(self._sign(rule, work, subject_id, numbers, is_over=True))
            return 0
        whole = self.completed.get(event.position)
        if whole is not None:
            rows.signs.append(self._sign(rule, work, subject_id, numbers, whole=whole))
            return 0
        rows.count("not_understood")
        if event.correlation or work.is_nobodys:
            rows.missed.append((event.correlation or "", event.source_id, event.recorded, event.source_position,
                                event.position))
        rows.signs.append(self._sign(rule, work, subject_id, numbers))
        return NOT_UNDERSTOOD

    def _noticed(self, noticed: Noticed, work: Work, subject_id: int) -> Sign:
        sign = self._sign(noticed.rule, work, subject_id, noticed.numbers)
        sign.money = noticed.money
        if noticed.other is not None:
            sign.evidence = [noticed.other, *sign.evidence]
        return sign

    def _sign(
        self, rule: str, work: Work, subject_id: int, numbers: Mapping[str, str | int], detail: str = "",
        is_over: bool = False, whole: tuple[int, int] | None = None,
    ) -> Sign:
        """`whole`: recorded time and position of the event that it turned out to be the beginning of."""
        event = work.event
        evidence = [event.position] if event.first_position is None else [event.first_position, event.position]
        resolved_at, resolved_by = whole or ((event.recorded, event.position) if is_over else (None, None))
        if whole is not None:
            evidence.append(whole[1])
        return Sign(rule, subject_id, self._text(work), event.recorded, event.position, self._identity(event), evidence,
                    dict(numbers), detail=detail, resolved_at=resolved_at, resolved_by=resolved_by)

    def _identity(self, event: Logged) -> str:
        return f"{self.sources[event.source_id]}/{event.id}"

    @staticmethod
    def _text(work: Work) -> str:
        return f"{work.subject[0]}:{work.subject[1]}"
