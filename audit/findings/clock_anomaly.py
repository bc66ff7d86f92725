"""D27: an event says that it happened when it cannot have."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity, when
from audit.projections.noticing import AHEAD, BACKDATED

RULE = Rule(
    name="clock_anomaly",
    title="Time that cannot be",
    severity=Severity.MEDIUM,
    sentence="{type} of {stream} says that it happened {seconds} {how}.",
    mend="Nothing changes the event. Its sender sets its clock right, or says why a closed period was changed.",
    meaning="D27: an event occurred later than its store recorded it, by more than the second by which clocks may "
    "differ; or so long before that its period was closed by then.",
    sorts={
        "ahead": when("how", AHEAD),
        "backdated": when("how", BACKDATED),
    },
)
