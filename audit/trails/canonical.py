"""Canonical JSON (RFC 8785), so that a stranger gets the same bytes from the same values. Numbers are whole and small;
exact decimals and greater numbers are text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

EXACT_MAX = 2**53 - 1  # beyond it JSON readers differ


def canonical(value: Any) -> bytes:
    """Keys in order of their UTF-16 code units, no space, UTF-8."""
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: str(key).encode("utf-16-be"))}
    if isinstance(value, list | tuple):
        return [_ordered(one) for one in value]
    if isinstance(value, Decimal) or (isinstance(value, int) and abs(value) > EXACT_MAX):
        return str(value)
    return value
