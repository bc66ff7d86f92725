"""D18: the same request had its effect twice."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="duplicate_effect",
    title="The same request twice",
    severity=Severity.HIGH,
    sentence="The same order came twice: {type} came again {seconds} later with the same {same}, and "
    "neither of the two failed.",
    mend="A correction, a compensation or the failure of one of the two.",
    meaning="D18: two events with the same idempotency key in one source, or equal in what the model says makes them "
    "the same request, within the time that it gives. One whose flow had failed before the other came does not count.",
)
