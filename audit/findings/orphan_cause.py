"""D23: the event that caused another one is nowhere."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity, when
from audit.projections.causes import CIRCLE, NOWHERE

RULE = Rule(
    name="orphan_cause",
    title="Cause unknown",
    severity=Severity.MEDIUM,
    sentence="{type} of {stream} names a cause that {how}.",
    mend="The event that caused it, from its source; or the source says what had happened.",
    meaning="D23: the event that an event names as its cause is in no source, though all are known to be complete to a "
    "minute beyond; or the two name each other.",
    sorts={"nowhere": when("how", NOWHERE), "circle": when("how", CIRCLE)},
)
