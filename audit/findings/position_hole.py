"""D25: an event that was read is not in its source any more: a number vanished."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="position_hole",
    title="Gone from its source",
    severity=Severity.HIGH,
    sentence="{type} in stream {stream} was read at position {number} of {source}, and is not there any more.",
    mend="The source holds it again as it was read; or whoever removed it says why.",
    meaning="D25: an event that was read is missing when its source is read again. Numbers that were never seen are no "
    "finding: a transaction that was rolled back leaves one behind.",
)
