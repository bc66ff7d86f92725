"""Judges expectations: what was called for and did not come, came late, or came too often; and keeps what usually
happens, as histograms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct

from audit.arrays import Integers, Texts, packed
from audit.database import Connection, sql
from audit.findings import carrying, duplicate_reaction, late_reaction, missing_reaction
from audit.findings.carrying import is_told, left_of
from audit.findings.reactions import Call, Carried, Happening, TooFarBack, matched, surplus
from audit.log.rows import EPOCH_2000, NULL, copy_in
from audit.model.expecting import CORRELATION, Roles, roles_of, text_of
from audit.model.meaning import Model
from audit.projections.durations import bucket_of
from audit.projections.packing import PACKERS
from audit.projections.signs import Sign
from audit.values import time_of

RULES = [missing_reaction.RULE.name, late_reaction.RULE.name, duplicate_reaction.RULE.name]

_COPY = (
    "copy expected (subject_id, expectation, after_at, after_position, due_at, reactions, met_at, met_position, bucket)"
    " from stdin (format binary)"
)
_start = Struct(">hiqihiqiqiqii").pack
_met = Struct(">iqiqih").pack
_UNMET = NULL * 3
_EVER = -62_135_596_800_000_000  # 0001-01-01


@dataclass(frozen=True, slots=True)
class Key:
    """What joins calls and reactions: a subject, or the hidden one of a correlation. `happenings` stand in story order
    up to the watermark, those of no part among them; the first beyond it was recorded at `later`. Where a history is
    `carried` on, only what is not settled."""

    subject_id: int
    kind: str
    key: str
    happenings: Sequence[Happening]
    money: Sequence[tuple[int, str]] = ()
    later: int | None = None
    carried: Carried | None = None


Found = Sequence[tuple[Key, Sequence[Call]]]


class Expecting:
    """The judge of a model's expectations."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._roles: Mapping[str, Roles] = roles_of(model)

    def concerns(self, kind: str) -> bool:
        return kind in self._roles

    def judge(
        self, connection: Connection, keys: Iterable[Key], watermark: int
    ) -> tuple[list[Sign], list[tuple[int, int]]]:
        """What is to be found at `watermark`, and when which key is to be judged next. Keeps `expected` and `usual`."""
        afresh, going_on = list[Key](), list[Key]()
        for key in keys:
            (afresh if key.carried is None else going_on).append(key)
        went_on, too_far = self._go_on(connection, going_on)
        found = self._match_all(connection, [*afresh, *self._read(connection, too_far, {}, watermark)])
        _take_back(connection, [key for key, _ in found])
        changed = [(key, [call for call in calls if key.carried and not is_told(call, key.carried.until)])
                   for key, calls in went_on]  # fmt: skip
        _take_back_calls(connection, changed)
        _keep(connection, found, changed)
        self._carry_on(connection, found, went_on, watermark)
        signs = [sign for key, calls in found + changed for call in calls for sign in self._signs(key, call, watermark)]
        again = []
        for key, calls in found + went_on:
            ahead = [call.due for call in calls if call.met is None and call.due > watermark]
            ahead += [key.later] if key.later is not None else []
            if ahead:
                again.append((key.subject_id, min(ahead)))
        return self._of_own_subjects(connection, signs), again

    def keys(self, connection: Connection, dues: Mapping[int, int], watermark: int) -> Iterator[Key]:
        """What happened to subjects that are no flows, each of which has been due since then; of a long history what is
        not settled."""
        if not dues or not self._roles:
            return
        yield from self._read(connection, dues, carrying.load(connection, dues, watermark), watermark)

    def _read(
        self, connection: Connection, ids: Collection[int], carried: Mapping[int, Carried], watermark: int
    ) -> Iterator[Key]:
        numbers = Integers(sorted({number for roles in self._roles.values() for number in roles.numbers}))
        names = connection.execute(sql("subject_names"), [Integers(ids)]) if ids else ()
        named = {row[0]: (row[1], row[2]) for row in names if row[1] in self._roles}
        if not named:
            return
        known: dict[int, list[Happening]] = {id_: [] for id_ in named}
        since = [carried[id_].until if id_ in carried else _EVER for id_ in named]
        times = packed("timestamptz", map(PACKERS["timestamptz"], since))
        rows = connection.execute(sql("happenings"), [Integers(named), times, time_of(watermark), numbers])
        for subject_id, recorded, position, meaning in rows:
            known[subject_id].append(Happening(recorded, position, meaning))
        beyond = {"subjects": Integers(named), "after": time_of(watermark), "numbers": numbers}
        later: dict[int, int] = dict(connection.execute(sql("happens_later"), beyond).fetchall())
        for subject_id, (kind, key) in sorted(named.items(), key=lambda one: one[1]):
            yield Key(subject_id, kind, key, known[subject_id], (), later.get(subject_id), carried.get(subject_id))

    def _match_all(self, connection: Connection, keys: Iterable[Key]) -> list[tuple[Key, list[Call]]]:
        """From the first on. Causes are looked up where it matters."""
        clear, unclear = list[tuple[Key, list[Call]]](), list[Key]()
        for key in keys:
            found = self._match(key)
            if found is None:
                unclear.append(key)
            else:
                clear.append((key, found))
        for key, causes in _with_causes(connection, unclear):
            clear.append((key, self._match(key, causes) or []))
        return clear

    def _go_on(self, connection: Connection, keys: Sequence[Key]) -> tuple[list[tuple[Key, list[Call]]], list[int]]:
        """The calls of histories that are carried on, and the subjects that must be read whole all the same."""
        too_far = self._named_from_afar(connection, keys)
        found = []
        for key, causes in _with_causes(connection, [key for key in keys if key.subject_id not in too_far]):
            try:
                found.append((key, self._match(key, causes) or []))
            except TooFarBack:
                too_far.add(key.subject_id)
        return found, sorted(too_far)

    def _named_from_afar(self, connection: Connection, keys: Sequence[Key]) -> set[int]:
        """The subjects with a reaction that names a call which was settled, or had one already."""
        asked, near = list[tuple[int, int, str]](), set[tuple[int, int, int]]()
        named = _identities(connection, {one.position for key in keys for one in key.happenings})
        for key in keys:
            id_, roles = key.subject_id, self._roles[key.kind]
            for one in key.happenings:
                near |= {(id_, number, one.position) for number in roles.calls.get(one.meaning, ())}
                if (cause := named[one.position][1]) is not None:
                    asked += [(id_, number, cause) for number in roles.reactions.get(one.meaning, ())]
            calls = key.carried.calls if key.carried is not None else []
            near |= {(id_, call.expectation, call.after.position) for call in calls if not call.count}
        if not asked:
            return set()
        subjects, numbers, ids = zip(*asked, strict=True)
        rows = connection.execute(sql("called_by_name"), [Integers(subjects), Integers(numbers), Texts(ids)])
        return {row[0] for row in rows if tuple(row) not in near}

    def _carry_on(self, connection: Connection, afresh: Found, went_on: Found, watermark: int) -> None:
        expectations = self._model.expectations
        afresh = [one for one in afresh if one[0].kind != CORRELATION and not self._is_flow(one[0].kind)]
        long = [one for one in afresh if len(one[0].happenings) > carrying.SHORT]
        kept = {key.subject_id: left_of(expectations, calls, watermark) for key, calls in [*long, *went_on]}
        carrying.save(connection, [key.subject_id for key, _ in afresh], kept)

    def _match(self, key: Key, causes: Mapping[int, int] | None = None) -> list[Call] | None:
        model = self._model
        found = matched(model.expectations, self._roles[key.kind], key.happenings, model.due, self._is_flow(key.kind),
                        causes, key.carried)  # fmt: skip
        return found.calls if found.is_clear else None

    def _is_flow(self, kind: str) -> bool:
        about = self._model.kinds.get(kind)
        return about is not None and about.is_flow

    def _signs(self, key: Key, call: Call, watermark: int) -> Iterator[Sign]:
        many = len(surplus(self._model.expectations, call))
        for number in range(len(call.reactions) - many, len(call.reactions)):
            yield self._duplicate(key, call, number)
        met = call.met
        if call.is_surplus:
            return
        if met is None and watermark >= call.due:
            yield self._sign(missing_reaction.RULE.name, key, call, call.due, call.after)
        elif met is not None and call.is_late:
            missing = self._sign(missing_reaction.RULE.name, key, call, call.due, call.after)
            missing.evidence = [call.after.position, met.position]
            missing.resolved_at, missing.resolved_by = met.recorded, met.position
            yield missing
            yield self._late(key, call, met)

    def _late(self, key: Key, call: Call, met: Happening) -> Sign:
        sign = self._sign(late_reaction.RULE.name, key, call, met.recorded, met)
        sign.numbers = {**sign.numbers, "seconds": (met.recorded - call.due) // 1_000_000, "came": self._name(met)}
        sign.resolved_at, sign.resolved_by = met.recorded, met.position
        return sign

    def _duplicate(self, key: Key, call: Call, number: int) -> Sign:
        one = call.reactions[number]
        sign = self._sign(duplicate_reaction.RULE.name, key, call, one.recorded, one)
        sign.evidence = [call.after.position, *(before.position for before in call.reactions[: number + 1])]
        allowed = self._model.expectations[call.expectation].at_most
        sign.numbers = {**sign.numbers, "count": number + 1, "at_most": str(allowed), "came": self._name(one)}
        return sign

    def _sign(self, rule: str, key: Key, call: Call, opened_at: int, opened_by: Happening) -> Sign:
        expectation = self._model.expectations[call.expectation]
        return Sign(
            rule=rule,
            subject_id=key.subject_id,
            subject=f"{key.kind}:{key.key}",
            opened_at=opened_at,
            opened_by=opened_by.position,
            opened_id="",
            evidence=[call.after.position, opened_by.position],
            numbers={
                "expectation": call.expectation,
                "by": expectation.by,
                "after": self._name(call.after),
                "one_of": " or ".join(f"{type_} of {lane}" for lane, type_ in expectation.one_of),
                "due": time_of(call.due).isoformat(timespec="seconds").replace("+00:00", "Z"),
            },
            money=key.money,
            detail=text_of(expectation),
        )

    def _name(self, one: Happening) -> str:
        meaning = self._model.meanings[one.meaning]
        return f"{meaning.type} of {meaning.lane}"

    def _of_own_subjects(self, connection: Connection, signs: list[Sign]) -> list[Sign]:
        """A correlation is nobody's page: what is found in one stands at the subject of the event that called."""
        hidden = [sign for sign in signs if sign.subject.startswith(CORRELATION)]
        if hidden:
            called = Integers(sign.evidence[0] for sign in hidden)
            streams: dict[int, str] = dict(connection.execute(sql("streams_of"), [called]).fetchall())
            subjects = {}
            for position, stream in streams.items():
                route = self._model.lane_of(stream)
                assert route is not None  # it has a meaning
                subjects[position] = (route[0].name, route[1])
            ids = {(kind, key): id_ for id_, kind, key in connection.execute(
                sql("subjects_named"), [[kind for kind, _ in subjects.values()], [key for _, key in subjects.values()]]
            )}  # fmt: skip
            for sign in hidden:
                kind, key = subjects[sign.evidence[0]]
                sign.subject_id, sign.subject = ids[(kind, key)], f"{kind}:{key}"
        return signs


def _with_causes(connection: Connection, keys: Sequence[Key]) -> Iterator[tuple[Key, Mapping[int, int]]]:
    """Each key with its events' causes among its own events."""
    known = {key.subject_id: [*(one.position for one in key.happenings), *_carried(key)] for key in keys}
    named = _identities(connection, {position for positions in known.values() for position in positions})
    for key in keys:
        own = {named[position][0]: position for position in known[key.subject_id]}
        causes = {}
        for one in key.happenings:
            caused_by = own.get(named[one.position][1] or "")
            if caused_by is not None:
                causes[one.position] = caused_by
        yield key, causes


def _carried(key: Key) -> list[int]:
    return [call.after.position for call in key.carried.calls] if key.carried is not None else []


def _identities(connection: Connection, positions: set[int]) -> Mapping[int, tuple[str, str | None]]:
    """Events' identifiers and those of their causes, by position."""
    if not positions:
        return {}
    return {row[0]: (row[1], row[2]) for row in connection.execute(sql("causes_of"), [Integers(positions)])}


def _take_back(connection: Connection, keys: Sequence[Key]) -> None:
    """Calls are judged anew from the first: what was found before is taken back."""
    own = Integers(key.subject_id for key in keys if key.kind != CORRELATION)
    if own:
        connection.execute(sql("take_back_reactions"), [own, RULES])
    hidden = Integers(sorted({one.position for key in keys if key.kind == CORRELATION for one in key.happenings}))
    if hidden:
        connection.execute(sql("take_back_correlated"), [hidden, RULES])


def _take_back_calls(connection: Connection, changed: Found) -> None:
    """What was found of these calls, and of what may have been another's reaction before."""
    cells = set()
    for key, calls in changed:
        cells |= {
            (key.subject_id, call.expectation, one.position) for call in calls for one in (call.after, *call.reactions)
        }
        numbers = {call.expectation for call in calls}
        cells |= {(key.subject_id, number, one.position) for number in numbers for one in key.happenings}
    if cells:
        columns = zip(*sorted(cells), strict=True)
        connection.execute(sql("take_back_calls"), [*map(Integers, columns), RULES])


def _keep(connection: Connection, found: Found, changed: Found) -> None:
    """What is expected of these keys is kept, and the histograms move with it. Only what changed is written."""
    kept = {}
    if found:
        ids = Integers(key.subject_id for key, _ in found)
        kept = {row[:3]: row[3:] for row in connection.execute(sql("expected_of"), [ids])}
    cells = [(key.subject_id, call.expectation, call.after.position) for key, calls in changed for call in calls]
    if cells:
        among = connection.execute(sql("expected_among"), [Integers(column) for column in zip(*cells, strict=True)])
        kept.update((row[:3], row[3:]) for row in among)
    counted: Counter[tuple[int, int]] = Counter()
    rows, gone = [], []
    for key, calls in [*found, *changed]:
        for call in calls:
            cell = (key.subject_id, call.expectation, call.after.position)
            bucket = None if call.met is None else bucket_of(call.met.recorded - call.after.recorded)
            before, now = kept.pop(cell, None), (call.count, call.met and call.met.position, bucket)
            if before == now:
                continue
            if before is not None:
                gone.append(cell)
                _count(counted, call.expectation, before[2], -1)
            _count(counted, call.expectation, bucket, 1)
            rows.append(_row(key.subject_id, call, bucket))
    for cell, before in kept.items():  # the event calls for nothing any more
        gone.append(cell)
        _count(counted, cell[1], before[2], -1)
    if gone:
        connection.execute(sql("take_expected"), [Integers(column) for column in zip(*gone, strict=True)])
    if rows:
        copy_in(connection, _COPY, rows)
    moved = [(*cell, count) for cell, count in sorted(counted.items()) if count]
    if moved:
        connection.execute(sql("merge_usual"), [list(column) for column in zip(*moved, strict=True)])


def _count(counted: Counter[tuple[int, int]], expectation: int, bucket: int | None, change: int) -> None:
    if bucket is not None:
        counted[(expectation, bucket)] += change


def _row(subject_id: int, call: Call, bucket: int | None) -> bytes:
    after, met = call.after, call.met
    start = _start(9, 8, subject_id, 2, call.expectation, 8, after.recorded - EPOCH_2000, 8, after.position,
                   8, call.due - EPOCH_2000, 4, call.count)  # fmt: skip
    if met is None or bucket is None:
        return start + _UNMET
    return start + _met(8, met.recorded - EPOCH_2000, 8, met.position, 2, bucket)
