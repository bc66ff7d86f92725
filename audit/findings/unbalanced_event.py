"""D1: an event's parts are not its whole."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="unbalanced_event",
    title="Total and parts differ",
    severity=Severity.CRITICAL,
    sentence="{type} says {declared_text} in all, but its parts come to {moved_text}: the {rest_text} between stand in "
    "“unexplained”.",
    mend="An event that moves {rest_text} out of “unexplained”, or a mended event from the source.",
    meaning="D1: the total that an event declares differs from what its movements come to. The rest is kept in the "
    "place “unexplained”, so that nothing is lost and nothing is rounded away.",
)
