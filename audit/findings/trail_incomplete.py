"""D34: something that the log should hold is not in it, or is not numbered."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="trail_incomplete",
    title="The log is not complete",
    severity=Severity.CRITICAL,
    sentence="{what}.",
    mend="{mend}",
    meaning="D34: a position of the log is missing, a customer's entries are not numbered without a gap or their links "
    "do not hold, a record of the console's own is not in the log or not in its table any more, or a source has given "
    "another number of events than the log holds.",
)
