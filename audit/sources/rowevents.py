"""A row of a bank's table made into a raw event; what is wrong is said, and what could be read is kept."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from audit.sources.checks import (
    NESTING_MAX,
    PAYLOAD_BYTES_MAX,
    BadPayload,
    decoded,
    has_long_number,
)
from audit.sources.cloudevents import NAME_BYTES_MAX, UNREADABLE, version_of
from audit.sources.contract import RawEvent
from audit.sources.mapping import TIMES, Columns, Shape, path_of
from audit.sources.times import EARLIEST, LATEST, UNKNOWN, BadTime, in_range, micros_of_text, undated

EPOCH_2000 = 946_684_800_000_000  # PostgreSQL counts microseconds from 2000
_INFINITIES = (2**63 - 1, -(2**63))
_SCALE = {"s": 1_000_000, "ms": 1_000, "us": 1}

Row = tuple[Any, ...]
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_generic = msgspec.json.Decoder().decode


class RowReader:
    """Reads rows of one shape, as `Shape.select` and `wire_types` bring them."""

    def __init__(self, shape: Shape) -> None:
        m = shape.mapping
        self._table = m.table
        self._position_column = m.position
        self._is_jsonb = (shape.type_of(m.data) == "jsonb", shape.type_of(m.metadata) == "jsonb")
        self._recorded = self._time(shape, m.recorded)
        self._occurred = self._time(shape, m.occurred) if m.occurred else None
        self._has_id = m.id is not None
        self._paths = [
            (index, path_of(spec), _container(shape, spec))
            for index, spec in (
                (1, _single(m.stream)), (2, m.version), (3, m.type), (4, _single(m.id)), (5, m.recorded),
                (6, m.occurred), (7, m.correlation), (8, m.causation), (9, m.step),
            )
            if path_of(spec)
        ]  # fmt: skip
        self._has_paths = bool(self._paths)
        self.last_recorded = 0  # the latest, up to `recorded_max`: dates what has no time that can be read
        self.recorded_max = 0

    def event(self, row: Row) -> RawEvent:
        try:
            return self._clean(row)
        except (BadPayload, BadTime, UnicodeDecodeError) as problem:
            return self._damaged(row, str(problem))

    def _clean(self, row: Row) -> RawEvent:
        position, stream, version, type_, id_, recorded, occurred, correlation, causation, step, _, data, metadata = row
        data_is_jsonb, metadata_is_jsonb = self._is_jsonb
        data = (data[1:] if data_is_jsonb else data) if data else b""
        metadata = (metadata[1:] if metadata_is_jsonb else metadata) if metadata else b""
        if data:
            _check(data, data_is_jsonb, "data")
        if metadata:
            found = _check(metadata, metadata_is_jsonb, "metadata", wanted=self._has_paths)
            if self._paths:
                row = self._with_paths(row, data, found)
                _, stream, version, type_, id_, recorded, occurred, correlation, causation, step = row[:10]
        elif self._paths:
            row = self._with_paths(row, data, None)
            _, stream, version, type_, id_, recorded, occurred, correlation, causation, step = row[:10]
        recorded_at = self._micros(recorded, self._recorded, "its recorded time")
        if self.last_recorded < recorded_at <= self.recorded_max:
            self.last_recorded = recorded_at
        return RawEvent(
            position,
            _name(stream, "stream"),
            version,
            _name(type_, "type"),
            _name(id_, "id") if self._has_id else f"{self._table}:{position}",
            recorded_at if self._occurred is None else self._micros(occurred, self._occurred, "its occurred time"),
            recorded_at,
            correlation.decode() if correlation else None,
            causation.decode() if causation else None,
            step.decode() if step else None,
            data + metadata if metadata else data,
            "row",
            len(data),
        )

    def _with_paths(self, row: Row, data: bytes, metadata: Any) -> Row:
        values = list(row)
        payload: Any = None
        for index, path, container in self._paths:
            if container == "data" and payload is None:
                payload = _generic(data) if data else {}
            value = _at(metadata if container == "metadata" else payload, path)
            if index == 2:
                values[2] = version_of(value)
            elif type(value) is str:
                values[index] = value.encode()
            elif isinstance(value, bool | list | dict):
                raise BadPayload(f"what stands at {'.'.join(path)} is no text: correct the source, or the mapping")
            else:
                values[index] = None if value is None else str(value).encode()
        return tuple(values)

    def _damaged(self, row: Row, problem: str) -> RawEvent:
        """Whatever can be kept is, of paths too where their container is not what is broken."""
        position, stream, version, type_, id_, recorded, occurred, correlation, causation, step, _, data, metadata = row
        data = (data or b"")[1 if self._is_jsonb[0] else 0 :]
        metadata = (metadata or b"")[1 if self._is_jsonb[1] else 0 :]
        kept = _kept_paths(self._paths, data, metadata)
        occurred_at = self._kept_time(kept.get(6, occurred), self._occurred or "")
        own = self._kept_time(kept.get(5, recorded), self._recorded)
        recorded_at = (self.last_recorded or UNKNOWN) if own is None else own
        place = f"{self._table}, {self._position_column} {position}"
        return RawEvent(
            position=position,
            stream=_kept(stream) or kept.get(1) or UNREADABLE,
            version=version_of(kept.get(2, version)),
            type=_kept(type_) or kept.get(3) or UNREADABLE,
            id=_kept(id_) or kept.get(4) or f"{self._table}:{position}",
            occurred=recorded_at if occurred_at is None else occurred_at,
            recorded=recorded_at,
            correlation=_kept(correlation) or kept.get(7),
            causation=_kept(causation) or kept.get(8),
            step=_kept(step) or kept.get(9),
            raw=data + metadata,
            encoding="row",
            data_length=len(data),
            problem=undated(f"{place}: {problem}", recorded_at) if own is None else f"{place}: {problem}",
            is_undated=own is None,
            place=place,
        )

    @staticmethod
    def _time(shape: Shape, spec: str) -> str:
        if path_of(spec):
            return shape.mapping.time_unit
        kind = shape.type_of(spec)
        return "2000" if kind in TIMES or kind == "date" else shape.mapping.time_unit

    def _micros(self, value: Any, unit: str, name: str) -> int:
        if type(value) is int:
            if unit == "2000":
                micros: int = value + EPOCH_2000
                if EARLIEST <= micros < LATEST:
                    return micros
                if value in _INFINITIES:
                    raise BadTime(f"{name} is infinite: correct it at the source")
                return in_range(micros, name)
            return in_range(value * _SCALE[unit], name)
        if value is None:
            raise BadTime(f"{name} is missing: add it at the source")
        text = value if type(value) is str else value.decode()
        return in_range(int(text) * _SCALE[unit], name) if _WHOLE.fullmatch(text) else micros_of_text(text, name)

    def _kept_time(self, value: Any, unit: str) -> int | None:
        if not unit or value is None:
            return None
        try:
            return self._micros(value, unit, "")
        except (BadTime, UnicodeDecodeError):
            return None


def _check(raw: bytes, is_jsonb: bool, name: str, wanted: bool = False) -> Any:
    """The decoded value where it is wanted. What was kept as jsonb is sound but for its numbers and its depth."""
    try:
        if is_jsonb and _is_plain_jsonb(raw):
            return _generic(raw) if wanted else None
        return decoded(raw)
    except BadPayload as problem:
        raise BadPayload(f"the column {name} cannot be used: {problem}") from None


def _is_plain_jsonb(raw: bytes) -> bool:
    return (
        len(raw) <= PAYLOAD_BYTES_MAX
        and raw.count(b"{") + raw.count(b"[") <= NESTING_MAX
        and not has_long_number(raw)
    )


def _name(value: bytes | None, name: str) -> str:
    if not value:
        raise BadPayload(f"the event has no {name}: add it at the source")
    if len(value) > NAME_BYTES_MAX:
        raise BadPayload(f"its {name} is longer than {NAME_BYTES_MAX} bytes: shorten it at the source")
    return value.decode()


def _kept(value: bytes | None) -> str | None:
    if not value or len(value) > NAME_BYTES_MAX or b"\0" in value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def _kept_paths(paths: list[tuple[int, tuple[str, ...], str]], data: bytes, metadata: bytes) -> dict[int, str]:
    kept: dict[int, str] = {}
    for index, path, container in paths:
        try:
            value = _at(_generic(metadata if container == "metadata" else data), path)
        except (ValueError, RecursionError):
            continue
        is_text = value is not None and not isinstance(value, bool | list | dict)
        text = _kept(str(value).encode("utf-8", "replace")) if is_text else None
        if text:
            kept[index] = text
    return kept


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _single(spec: Columns | None) -> str | None:
    return spec if isinstance(spec, str) else None


def _container(shape: Shape, spec: str | None) -> str:
    name = (spec or "").partition(".")[0]
    return "metadata" if name == shape.mapping.metadata else "data"
