"""D7: a state that is not final has lasted longer than the model allows, by the watermark of its source, never by
our clock.
"""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="stuck",
    title="Stuck",
    severity=Severity.HIGH,
    sentence="{lane} {item} has been “{state}” for longer than the model allows.",
    mend="The event that takes {lane} out of {state}.",
    meaning="D7: a state that is not final has lasted longer than the model allows, by the watermark of its "
    "source, never by our clock.",
)
