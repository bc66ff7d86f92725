"""The hash of a model's meaning: formatting, comments, the order of keys and defaults written out do not change it."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from audit.model import schema

SETS = ("from", "weekend", "holidays", "personal", "renamed_from", "inherits", "one_of", "undone_by")


def hash_of(document: schema.Document) -> str:
    """SHA-256 (hex) of the canonical JSON of the typed document; defaults are left out of it."""
    return hashlib.sha256(msgspec.json.encode(_canonical(msgspec.to_builtins(document)), order="sorted")).hexdigest()


def _canonical(value: Any, key: str = "") -> Any:
    """Sets are sorted, and so are the lists of rules; where order has meaning (shows, moves, ties), it is kept."""
    if isinstance(value, dict):
        return {name: _canonical(inner, name) for name, inner in value.items()}
    if not isinstance(value, list):
        return value
    inner = [_canonical(one) for one in value]
    if key in SETS or key in ("expect", "never", "pair", "derived"):
        return sorted(inner, key=lambda one: msgspec.json.encode(one, order="sorted"))
    return inner
