"""D27: an event says that it happened in a period that was closed when it was recorded."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="closed_period",
    title="Backdated into a closed period",
    severity=Severity.MEDIUM,
    sentence="{type} of {stream} says that it happened {seconds} before it was recorded, when its period was closed.",
    mend="Nothing changes the event. Its sender says why a closed period was changed.",
    meaning="D27: an event occurred so long before its store recorded it that its period was closed by then, as the "
    "model's `closed_after` says.",
)
