"""Who asked for a trail, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.values import rfc3339

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Approval:
    """By whom a second person's leave was given, where one was needed."""

    id: int
    by: str
    at: datetime

    def document(self) -> dict[str, str]:
        return {"id": str(self.id), "by": self.by, "at": rfc3339(self.at)}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a trail, why and when."""

    actor: str
    role: str
    made_at: datetime
    reason_code: str = ""
    ticket: str = ""
    caller_identified: str = ""
    approval: Approval | None = None

    def document(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "asked_by": {"actor": self.actor, "role": self.role},
            "reason": {"code": self.reason_code, "ticket": self.ticket, "caller_identified": self.caller_identified},
            "made_at": rfc3339(self.made_at),
            "approval": self.approval.document() if self.approval else None,
        }

    def __str__(self) -> str:
        """For whom, when and why, in one line."""
        reason = self.reason_code + (f", ticket {self.ticket}" if self.ticket else "")
        role = f" ({self.role})" if self.role and self.role != self.actor else ""
        approved = f"; approved by {self.approval.by}" if self.approval else ""
        why = f"; reason: {reason}" if reason else ""
        return f"Made {self.made_at:%Y-%m-%d %H:%M} UTC for {self.actor}{role}{why}{approved}."


@dataclass(frozen=True, slots=True)
class Written:
    """What a bundle holds, by its manifest."""

    events: int
    findings: int
    bytes: int
    sha256: str
    files: Sequence[str]
    stubs: int = 0
