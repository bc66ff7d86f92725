"""D26: a source has said nothing for longer than the model says it may, while time went on."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="source_silent",
    title="A source is silent",
    severity=Severity.HIGH,
    sentence="{source} has said nothing since {since}; it is never quiet for longer than {quiet}.",
    mend="An event of {source}; or whoever keeps it says why there is none.",
    meaning="D26: no event of a source was recorded for longer than the model says it is ever quiet, and its own "
    "watermark or that of another source has passed that time. Never measured against our clock.",
)
