"""The event one click deeper: its envelope and its payload as JSON, personal values masked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from audit.answers.reading.events import Told
from audit.answers.shapes import Technical
from audit.log.opened import Path

PAYLOAD_SHOWN_MAX = 100_000  # characters of one payload on a page; the export has it whole


def technical(told: Told) -> Technical:
    row, payload = told.row, told.payload
    shown, upcast = "", None
    if payload is not None and payload.data is not None:
        shown = pretty(masked(told, payload.data))
        upcast = _upcast(told)
    return Technical(
        ref=told.ref,
        stream=row.stream,
        version=row.version,
        type=row.type,
        correlation=row.correlation,
        causation=row.causation,
        step=row.step,
        source_position=row.source_position,
        payload=shown,
        upcast=upcast,
        commitment=row.commitment,
        problem=told.problem,
        place=payload.place if payload else None,
    )


def masked(told: Told, data: Any, here: Path = ()) -> Any:
    """The payload with every personal value masked. Of an event that is not understood every text is masked."""
    if isinstance(data, dict):
        return {name: masked(told, value, (*here, name)) for name, value in data.items()}
    if isinstance(data, list):
        return [masked(told, value, (*here, str(number))) for number, value in enumerate(data)]
    if data is None or isinstance(data, bool):
        return data
    if told.meaning is None or told.is_personal(here):
        return told.masked(".".join(here), str(data))
    return data


def pretty(data: Any) -> str:
    """Indented JSON; numbers as the source wrote them."""
    text = msgspec.json.format(msgspec.json.encode(data, enc_hook=_number), indent=2).decode()
    if len(text) > PAYLOAD_SHOWN_MAX:
        return text[:PAYLOAD_SHOWN_MAX] + f"\n… {len(text) - PAYLOAD_SHOWN_MAX:,}"
    return text


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return msgspec.Raw(str(value).encode())
    raise TypeError(type(value))


def _upcast(told: Told) -> str | None:
    """The shape that the model reads an older event as; None where it is the same."""
    if told.meaning is None or told.payload is None or not told.payload.data:
        return None
    renamed = {old: new for new, old in told.meaning.upcast if told.at(old) is not None and new != old}
    if not renamed:
        return None
    data = masked(told, told.payload.data)
    for old, new in renamed.items():
        _put(data, new, _take(data, old))
    return pretty(data)


def _take(data: Any, path: Path) -> Any:
    for part in path[:-1]:
        data = data.get(part, {}) if isinstance(data, dict) else {}
    return data.pop(path[-1], None) if isinstance(data, dict) else None


def _put(data: Any, path: Path, value: Any) -> None:
    for part in path[:-1]:
        data = data.setdefault(part, {})
    if isinstance(data, dict):
        data[path[-1]] = value
