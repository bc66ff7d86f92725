"""What a command tells a person of a document that has no sentence of its own: each field by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any


def tell_fields(write: Callable[[str], object], document: Mapping[str, Any]) -> None:
    """One line a field; of several values their number, and a line each."""
    for name, value in document.items():
        title = name.replace("_", " ")
        if isinstance(value, list | tuple):
            write(f"{title}: {len(value):,}")
            for one in value:
                write(f"  {_text(one)}")
        elif "\n" in (text := _text(value)):
            write(f"{title}:\n{text.rstrip()}")
        else:
            write(f"{title}: {text}")


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return " ".join(map(_text, value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return "none" if value is None else str(value)
