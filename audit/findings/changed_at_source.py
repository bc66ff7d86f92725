"""changed_at_source: a source that had been complete up to a point is not what it was there."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity, when
from audit.projections.notes import LATE

RULE = Rule(
    name="changed_at_source",
    title="Changed at the source",
    severity=Severity.HIGH,
    sentence="{type} of {stream} {why}.",
    mend="Nothing by itself: whoever keeps the source says why it changed what was final.",
    meaning="changed_at_source: an event came below its source's seal, or before a time up to which the source was said"
    " to be complete. It counts, its stream is folded anew, and what was told before it came had been told as final.",
    sorts={
        "late": when("why", LATE),
        "changed": lambda numbers: "noticed" in numbers,
    },
)
