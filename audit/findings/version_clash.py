"""D21: two events of a stream claim one place."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity, when

RULE = Rule(
    name="version_clash",
    title="Two events, one version",
    severity=Severity.CRITICAL,
    sentence="Event {version} of {stream} {how}.",
    mend="The source says which of the two is true, and withdraws the other by an event.",
    meaning="D21: two events of one stream bear the same version, or, in a store that numbers what it appends, a "
    "version stands before an earlier one. Both count, in the order of the source.",
    sorts={
        "same": when("how", "is the version of another event too"),
        "order": when("how", "stands before an earlier version in its source"),
    },
)
