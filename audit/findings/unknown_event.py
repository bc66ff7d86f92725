"""D24: an event whose type or stream the model does not describe."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="unknown_event",
    title="Unknown event",
    severity=Severity.MEDIUM,
    sentence="The model does not know what {type} of {stream} means. It is kept and shown; what it did"
    " to money and state is not known. {why}",
    mend="Describe {type} in the model and rebuild.",
    meaning="D24: an event whose type or stream the model does not describe. It is never skipped: answers "
    "that it may touch say that they are not complete.",
)
