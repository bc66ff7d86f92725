"""Judges expectations: what was called for and did not come, came late, or came too often; and keeps what usually
happens, as histograms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct

from audit.arrays import Integers
from audit.database import Connection, sql
from audit.findings import duplicate_reaction, late_reaction, missing_reaction
from audit.findings.reactions import Call, Happening, matched, surplus
from audit.log.rows import EPOCH_2000, NULL, copy_in
from audit.model.expecting import CORRELATION, Roles, roles_of, text_of
from audit.model.meaning import Model
from audit.projections.durations import bucket_of
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


@dataclass(frozen=True, slots=True)
class Key:
    """What joins calls and reactions: a subject, or the hidden one of a correlation. `happenings` stand in story order
    up to the watermark, those of no part among them; the first beyond it was recorded at `later`."""

    subject_id: int
    kind: str
    key: str
    happenings: Sequence[Happening]
    money: Sequence[tuple[int, str]] = ()
    later: int | None = None


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
        clear: list[tuple[Key, list[Call]]] = []
        unclear: list[Key] = []
        for key in keys:
            found = self._match(key)
            if found is None:
                unclear.append(key)
            else:
                clear.append((key, found))
        for key, causes in _with_causes(connection, unclear):
            clear.append((key, self._match(key, causes) or []))
        _take_back(connection, [key for key, _ in clear])
        _keep(connection, clear)
        signs = [sign for key, calls in clear for call in calls for sign in self._signs(key, call, watermark)]
        again = []
        for key, calls in clear:
            ahead = [call.due for call in calls if call.met is None and call.due > watermark]
            ahead += [key.later] if key.later is not None else []
            if ahead:
                again.append((key.subject_id, min(ahead)))
        return self._of_own_subjects(connection, signs), again

    def keys(self, connection: Connection, ids: Sequence[int], watermark: int) -> Iterator[Key]:
        """What happened to subjects that are no flows."""
        if not ids or not self._roles:
            return
        numbers = sorted({number for roles in self._roles.values() for number in roles.numbers})
        named = {row[0]: (row[1], row[2]) for row in connection.execute(sql("subject_names"), [Integers(ids)])}
        found: dict[int, list[Happening]] = {id_: [] for id_ in named}
        for subject_id, recorded, position, meaning in connection.execute(
            sql("happenings"), [Integers(ids), Integers(numbers)]
        ):
            found[subject_id].append(Happening(recorded, position, meaning))
        for subject_id, (kind, key) in sorted(named.items(), key=lambda one: one[1]):
            if kind in self._roles:
                known = [one for one in found[subject_id] if one.recorded <= watermark]
                later = min((one.recorded for one in found[subject_id] if one.recorded > watermark), default=None)
                yield Key(subject_id, kind, key, known, later=later)

    def _match(self, key: Key, causes: Mapping[int, int] | None = None) -> list[Call] | None:
        model = self._model
        kind = model.kinds.get(key.kind)
        is_flow = kind is not None and kind.is_flow
        found = matched(model.expectations, self._roles[key.kind], key.happenings, model.due, is_flow, causes)
        return found.calls if found.is_clear else None

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
    positions = Integers({one.position for key in keys for one in key.happenings})
    named = {row[0]: (row[1], row[2]) for row in connection.execute(sql("causes_of"), [positions])} if positions else {}
    for key in keys:
        own = {named[one.position][0]: one.position for one in key.happenings}
        causes = {}
        for one in key.happenings:
            caused_by = own.get(named[one.position][1])
            if caused_by is not None:
                causes[one.position] = caused_by
        yield key, causes


def _take_back(connection: Connection, keys: Sequence[Key]) -> None:
    """Calls are judged anew from the first: what was found before is taken back."""
    own = Integers(key.subject_id for key in keys if key.kind != CORRELATION)
    if own:
        connection.execute(sql("take_back_reactions"), [own, RULES])
    hidden = Integers(sorted({one.position for key in keys if key.kind == CORRELATION for one in key.happenings}))
    if hidden:
        connection.execute(sql("take_back_correlated"), [hidden, RULES])


def _keep(connection: Connection, found: Sequence[tuple[Key, Sequence[Call]]]) -> None:
    """What is expected of these keys is kept, and the histograms move with it. Only what changed is written: of an
    account with a long history that is little."""
    if not found:
        return
    ids = Integers(key.subject_id for key, _ in found)
    kept = {row[:3]: row[3:] for row in connection.execute(sql("expected_of"), [ids])}
    counted: Counter[tuple[int, int]] = Counter()
    rows, changed = [], []
    for key, calls in found:
        for call in calls:
            cell = (key.subject_id, call.expectation, call.after.position)
            bucket = None if call.met is None else bucket_of(call.met.recorded - call.after.recorded)
            before, now = kept.pop(cell, None), (len(call.reactions), call.met and call.met.position, bucket)
            if before == now:
                continue
            if before is not None:
                changed.append(cell)
                _count(counted, call.expectation, before[2], -1)
            _count(counted, call.expectation, bucket, 1)
            rows.append(_row(key.subject_id, call, bucket))
    for cell, before in kept.items():  # the event calls for nothing any more
        changed.append(cell)
        _count(counted, cell[1], before[2], -1)
    if changed:
        connection.execute(sql("take_expected"), [Integers(column) for column in zip(*changed, strict=True)])
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
                   8, call.due - EPOCH_2000, 4, len(call.reactions))  # fmt: skip
    if met is None or bucket is None:
        return start + _UNMET
    return start + _met(8, met.recorded - EPOCH_2000, 8, met.position, 2, bucket)
