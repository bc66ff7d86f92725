"""Lines of event files for the small model beside this file: two services, `core` and `pay`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

MODEL = Path(__file__).with_name("small.toml")
NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)  # the day before summer time begins
SOURCES = {"payment": "pay"}


def micros(seconds: float) -> int:
    """So many seconds after noon."""
    return int((NOON + timedelta(seconds=seconds)).timestamp() * 1_000_000)


def time(seconds: float) -> str:
    return (NOON + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def line(stream: str, version: int | None, type_: str, at: float, **more: Any) -> bytes:
    """An event of `stream`, recorded so many seconds after noon. `more` is its payload, but for `envelope` (attributes
    that are added or replaced), `source`, and `occurred` (seconds)."""
    source = more.pop("source", SOURCES.get(stream.split("-")[0], "core"))
    envelope = more.pop("envelope", {})
    occurred = more.pop("occurred", at)
    event = {
        "specversion": "1.0",
        "id": f"{stream}.{version}.{type_}",
        "source": source,
        "type": type_,
        "subject": stream,
        "time": time(occurred),
        "recordedtime": time(at),
        "data": more,
    }
    if version is not None:
        event["sequence"] = str(version)
    return json.dumps({**event, **envelope}).encode() + b"\n"


def paid(amount: str, **more: Any) -> dict[str, Any]:
    return {"amount": amount, "currency": "DKK", **more}
