"""The fold of a trail's events: each stream in its own order, read through the model; the states that its events set
and what they moved in the places that the stream owns."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from audit.errors import ModelError
from audit.log.decode import NotAnObject, data_of, data_of_skeleton
from audit.log.entry import Entry
from audit.log.kinds import SIGHTING, SOURCE_EVENT
from audit.log.logged import EVENT, NOT_READ, READABLE, UNREADABLE, Logged
from audit.model.load import loads
from audit.model.meaning import Model
from audit.projections.memory import Memory
from audit.projections.reading import Reader
from audit.trails.verify.opened import Opened
from audit.trails.verify.verdict import Bad, Unsupported
from audit.values import micros_of

_Place = tuple[str, str, str]  # book, KIND:ID, currency
_Key = tuple[int, int]  # version, the source's order
BEFORE_ALL: _Key = (-1, -1)


class _Payload(msgspec.Struct, gc=False):
    data_length: int
    encoding: str
    pieces: list[Any]
    skeleton: str
    status: int
    problem: str | None = None
    place: str | None = None


class _Line(msgspec.Struct, gc=False):
    """A stream's, or a flow's: where its money is in its book."""

    source: str = ""
    stream: str = ""
    states: list[dict[str, str]] = []
    balances: list[dict[str, str]] = []
    flow: str = ""
    book: str | None = None
    places: list[dict[str, str]] = []


@dataclass(slots=True)
class _Folded:
    """One stream's. `is_closed`: an event of it cannot be read without what is withheld."""

    memory: Memory = field(default_factory=Memory)
    states: dict[str, tuple[str, int]] = field(default_factory=dict)
    units: dict[_Place, list[int]] = field(default_factory=dict)  # units, position of the last change
    is_closed: bool = False
    late: list[tuple[_Key, Entry, bytes]] | None = None  # its events, where they do not stand in their order


@dataclass(slots=True)
class Folded:
    """`nets`: what all events together moved, by place."""

    streams: dict[tuple[str, str], _Folded] = field(default_factory=lambda: defaultdict(_Folded))
    nets: Counter[_Place] = field(default_factory=Counter)


_entry = msgspec.json.Decoder(Entry).decode
_payload = msgspec.json.Decoder(_Payload).decode
_line = msgspec.json.Decoder(_Line).decode


def model_of(text: bytes, expected: str) -> Model:
    try:
        model = loads(text.decode(), "model.toml")
    except (UnicodeDecodeError, ModelError):
        raise Unsupported("its model cannot be read by this version of the program") from None
    if model.hash != expected:
        raise Bad("ARITHMETIC", "model.toml is not the model that the manifest names")
    return model


def fold(trail: Opened, model: Model) -> Folded:
    """All events of the trail; streams whose lines are not in their own order are put in it first."""
    folded = Folded()
    streams = folded.streams
    for name in _out_of_order(trail):
        streams[name].late = []
    folder = _Folder(model, folded.nets)
    for entry, line in _events(trail):
        stream = streams[entry.source, entry.stream]
        if stream.late is None:
            folder.apply(entry, line, stream)
        else:
            stream.late.append((_key(entry, BEFORE_ALL), entry, line))
    for stream in streams.values():
        for _, entry, line in sorted(stream.late or (), key=lambda one: one[0]):
            folder.apply(entry, line, stream)
        stream.late = None
    return folded


def compare(trail: Opened, folded: Folded) -> tuple[int, int]:
    """How many streams are as they were said to be, and how many more could not be judged. Raises Bad."""
    judged, streams = 0, folded.streams
    for raw in trail.lines("derived.jsonl"):
        try:
            line = _line(raw)
            states = {one["item"]: (one["state"], int(one["i"])) for one in line.states}
            units = {
                (one["book"], one["place"], one["currency"]): [int(one["units"]), int(one["i"])]
                for one in line.balances
            }
        except (msgspec.DecodeError, KeyError, ValueError):
            raise Bad("ARITHMETIC", "derived.jsonl is not as it was written") from None
        if line.flow:
            _compare_flow(line, folded)
            continue
        found = streams.get((line.source, line.stream)) or _Folded()
        if found.is_closed:
            continue
        _same(f"the state of {line.stream}", states, found.states)
        _same(f"what {line.stream} holds", units, found.units)
        judged += 1
    return judged, len(streams) - judged


def _compare_flow(line: _Line, folded: Folded) -> None:
    """Of a trail of one flow: each place that its events moved money in, and what is left there."""
    if any(stream.is_closed for stream in folded.streams.values()):
        return
    said = {(one["book"], one["place"], one["currency"]): [int(one["units"]), 0] for one in line.places}
    found = {place: [units, 0] for place, units in folded.nets.items() if units and place[0] == line.book}
    _same(f"the money of {line.flow} in", said, found)


def _same(what: str, said: dict[Any, Any], found: dict[Any, Any]) -> None:
    for name in sorted(said.keys() | found.keys()):
        one, other = said.get(name), found.get(name)
        if one != other:
            shown = name if isinstance(name, str) else " ".join(name)
            index = min(value[1] for value in (one, other) if value is not None) or None
            told, gives = (value[0] if value else "nothing" for value in (one, other))
            said_so = f"{what}{' ' if shown else ''}{shown}: it says {told}, its events give {gives}"
            raise Bad("ARITHMETIC", said_so, index)


class _Folder:
    def __init__(self, model: Model, nets: Counter[_Place]) -> None:
        self._model, self._nets = model, nets
        self._names: dict[str, int] = {}
        self._sources: dict[int, str] = {}
        self._reader = Reader(model, self._sources)

    def apply(self, entry: Entry, line: bytes, stream: _Folded) -> None:
        if entry.kind != SOURCE_EVENT:
            return
        logged, payload = self._logged(entry), _payload(line)
        found = self._model.lane_of(entry.stream)
        if found is not None and entry.type in found[0].events:
            _open(logged, payload, stream)
        work = self._reader.read(logged, stream.memory)
        if work.reading is None or work.lane is None:
            return
        if work.reading.to is not None:
            stream.states[work.reading.item] = (work.reading.to, logged.position)
        for moved in work.reading.movements:
            sides = ((moved.from_kind, moved.from_key, -moved.units), (moved.to_kind, moved.to_key, moved.units))
            for kind, key, units in sides:
                place = (moved.book, f"{kind}:{key}" if key else kind, moved.currency)
                self._nets[place] += units
                if self._model.places[moved.book, kind].owner == work.lane.name:
                    held = stream.units.setdefault(place, [0, 0])
                    held[0], held[1] = held[0] + units, logged.position

    def _logged(self, entry: Entry) -> Logged:
        source = self._names.setdefault(entry.source, len(self._names))
        self._sources[source] = entry.source
        return Logged(
            int(entry.i), EVENT, source, int(entry.pos), 0, entry.stream,
            None if entry.ver is None else int(entry.ver), entry.type, entry.event_id,
            _micros(entry.occurred_at), _micros(entry.recorded_at), entry.corr, entry.cause, entry.step, READABLE,
        )  # fmt: skip


def _open(logged: Logged, payload: _Payload, stream: _Folded) -> None:
    """The payload without what is personal, as the console's own fold reads it."""
    logged.problem, logged.place = payload.problem, payload.place
    if payload.status in NOT_READ:
        logged.status = payload.status
        return
    raw = b64decode(payload.skeleton)
    if payload.status != READABLE or (payload.pieces and not raw):
        stream.is_closed = True  # kept whole: what it says is a withheld piece
        return
    try:
        if payload.pieces:
            logged.data = data_of_skeleton(raw, payload.encoding)
        else:
            logged.data = data_of(raw, payload.encoding, payload.data_length)
    except (NotAnObject, ValueError, RecursionError) as error:
        logged.status, logged.problem = UNREADABLE, str(error)


def _events(trail: Opened) -> Iterator[tuple[Entry, bytes]]:
    """Entries with their payloads; sightings have none."""
    payloads = trail.lines("payloads.jsonl")
    for line in trail.lines("entries.jsonl"):
        entry = _entry(line)
        if entry.kind != SIGHTING:
            yield entry, next(payloads)


def _out_of_order(trail: Opened) -> set[tuple[str, str]]:
    found, lasts = set(), dict[tuple[str, str], _Key]()
    for line in trail.lines("entries.jsonl"):
        entry = _entry(line)
        if entry.kind == SOURCE_EVENT:
            name = entry.source, entry.stream
            last = lasts.get(name, BEFORE_ALL)
            key = _key(entry, last)
            if key < last:
                found.add(name)
            lasts[name] = max(last, key)
    return found


def _key(entry: Entry, last: _Key) -> _Key:
    version = last[0] if entry.ver is None else int(entry.ver)
    return version, int(entry.pos)


def _micros(text: str) -> int:
    return micros_of(datetime.fromisoformat(text))
