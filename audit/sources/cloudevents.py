"""One line of an event file, CloudEvents 1.0 as JSON, made into a raw event; of a bad line is kept what can be read."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import msgspec

from audit.sources.checks import PAYLOAD_BYTES_MAX, BadPayload, decoded, exact_fraction, is_plain
from audit.sources.contract import RawEvent
from audit.sources.times import BadTime, micros_of_text, undated

UNREADABLE = "(unreadable)"  # the type and stream of an event whose own cannot be told
NAME_BYTES_MAX = 1024  # of an identifier, type or stream: longer ones do not fit an index
VERSION_MAX = 2**63 - 1


class _Envelope(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """The usual attributes, for speed: a line with others is read as a dictionary."""

    id: str
    source: str
    type: str
    time: str
    subject: str = ""
    sequence: str | int | None = None
    specversion: str | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    data: Any = None
    recordedtime: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    stepid: str | None = None
    partitionkey: str | None = None
    traceparent: str | None = None


_decode = msgspec.json.Decoder(_Envelope, float_hook=exact_fraction).decode
_encode = msgspec.json.Encoder().encode


class Spot(NamedTuple):
    """Where a line stands: `stand_in` is the identifier it gets where its own cannot be read."""

    position: int
    place: str
    stand_in: str
    last_recorded: int  # else UNKNOWN


def clean_event(raw: bytes, position: int) -> tuple[RawEvent, str | None] | None:
    """The event of a line in which there is nothing to question, and its source; None: ask `questioned_event`."""
    if len(raw) > PAYLOAD_BYTES_MAX:
        return None
    try:
        line = _decode(raw)
        if not is_plain(raw, _encode(line)):
            return None
        occurred = micros_of_text(line.time, "time")
        recorded = occurred if line.recordedtime is None else micros_of_text(line.recordedtime, "recordedtime")
    except (ValueError, RecursionError):
        return None
    names = len(line.id) + len(line.type) + len(line.subject)
    if names > NAME_BYTES_MAX // 4 or not (line.id and line.source and line.type):
        return None
    return RawEvent(
        position,
        line.subject,
        version_of(line.sequence),
        line.type,
        line.id,
        occurred,
        recorded,
        line.correlationid,
        line.causationid,
        line.stepid,
        raw,
        "cloudevent",
        len(raw),
    ), line.source


def questioned_event(raw: bytes, spot: Spot, damage: str | None = None) -> tuple[RawEvent, str | None]:
    """The event of any line, and the CloudEvents `source` it names (None: it cannot be told).

    `damage` is why the file ends within the line.
    """
    if damage:
        return _damaged(raw, None, spot, f"{spot.place}: {damage}")
    try:
        line = decoded(raw)
    except BadPayload as problem:
        return _damaged(raw, _leniently(raw), spot, f"{spot.place}: {problem}")
    try:
        return _event(raw, line, spot)
    except (BadPayload, BadTime) as problem:
        return _damaged(raw, line, spot, f"{spot.place}: {problem}")


def _event(raw: bytes, line: Any, spot: Spot) -> tuple[RawEvent, str | None]:
    if not isinstance(line, dict):
        raise BadPayload("the line is not a JSON object: write one event a line")
    get = line.get
    source = _text(get("source"), "source")
    time, recordedtime = get("time"), get("recordedtime")
    if time is None and recordedtime is None:
        raise BadPayload("the event has no time: add it, as in 2026-11-21T11:03:07Z")
    occurred = micros_of_text(recordedtime if time is None else time, "recordedtime" if time is None else "time")
    return RawEvent(
        position=spot.position,
        stream=_optional(get("subject"), "subject") or "",
        version=version_of(get("sequence")),
        type=_text(get("type"), "type"),
        id=_text(get("id"), "id"),
        occurred=occurred,
        recorded=occurred if recordedtime is None else micros_of_text(recordedtime, "recordedtime"),
        correlation=_optional(get("correlationid"), "correlationid"),
        causation=_optional(get("causationid"), "causationid"),
        step=_optional(get("stepid"), "stepid"),
        raw=raw,
        encoding="cloudevent",
        data_length=len(raw),
    ), source


def _text(value: Any, name: str) -> str:
    if value is None or value == "":
        raise BadPayload(f"the event has no {name}: add it")
    return _optional(value, name) or ""


def _optional(value: Any, name: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadPayload(f"{name} is not text: put it in quotes")
    if len(value) > NAME_BYTES_MAX // 4 and len(value.encode()) > NAME_BYTES_MAX:
        raise BadPayload(f"{name} is longer than {NAME_BYTES_MAX} bytes: shorten it")
    return value


def version_of(value: Any) -> int | None:
    """The place in the stream; a sequence that is no whole number gives none (CloudEvents allows any ordered text)."""
    if value is None:
        return None
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) < 20):
            return None
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= VERSION_MAX:
        return value
    return None


def _leniently(raw: bytes) -> Any:
    """What a forgiving reader makes of the line: only to keep the identifier of an event that is not clean."""
    if len(raw) > 64 * 1024 * 1024:
        return None
    try:
        return json.loads(raw.decode("utf-8", "replace"), parse_int=_long_int)
    except (ValueError, RecursionError):
        return None


def _long_int(digits: str) -> int:
    return int(digits) if len(digits) < 20 else 0


def _damaged(raw: bytes, line: Any, spot: Spot, problem: str) -> tuple[RawEvent, str | None]:
    get = line.get if isinstance(line, dict) else {}.get
    occurred, own = _kept_time(get("time")), _kept_time(get("recordedtime"))
    own = occurred if own is None else own
    recorded = spot.last_recorded if own is None else own
    source = _kept_text(get("source"))
    return RawEvent(
        position=spot.position,
        stream=_kept_text(get("subject")) or UNREADABLE,
        version=version_of(get("sequence")),
        type=_kept_text(get("type")) or UNREADABLE,
        id=_kept_text(get("id")) or spot.stand_in,
        occurred=recorded if occurred is None else occurred,
        recorded=recorded,
        correlation=_kept_text(get("correlationid")),
        causation=_kept_text(get("causationid")),
        step=_kept_text(get("stepid")),
        raw=raw,
        encoding="cloudevent",
        data_length=len(raw),
        problem=undated(problem, recorded) if own is None else problem,
        is_undated=own is None,
        place=spot.place,
    ), source


def _kept_text(value: Any) -> str | None:
    """A text that can be stored as it is, else None."""
    if not isinstance(value, str) or not value or "\0" in value or "\ufffd" in value:
        return None
    try:
        return value if len(value.encode()) <= NAME_BYTES_MAX else None
    except UnicodeEncodeError:
        return None


def _kept_time(value: Any) -> int | None:
    try:
        return micros_of_text(value, "time")
    except BadTime:
        return None
