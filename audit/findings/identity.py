"""A finding's identifier: the same sealed events and rules give the same identifier, whoever computes it."""

from __future__ import annotations

import hashlib

import msgspec

IDENTIFIER_LENGTH = 24  # hex digits: 96 bits


def finding_id(rule: str, version: int, subject: str, opened_id: str, detail: str) -> str:
    """SHA-256 over an unambiguous encoding of rule, rule version, subject and the opening event's source identity."""
    content = msgspec.json.encode([rule, version, subject, opened_id, detail])
    return hashlib.sha256(content).hexdigest()[:IDENTIFIER_LENGTH]
