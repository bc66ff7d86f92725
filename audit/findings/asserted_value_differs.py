"""D28: what an event says of a balance is not what the movements make it."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity, exceeds

RULE = Rule(
    name="asserted_value_differs",
    title="Asserted value differs",
    severity=Severity.CRITICAL,
    sentence="{type} says that {asserted_text} is {places}, but by the bookings it is {expected_text}{how}.",
    mend="The movement that is missing or one too many (the stream is judged again when it comes), or a value that"
    " agrees again.",
    meaning="D28: an event asserts what places hold after it, and the value asserted before, with what was moved "
    "since, makes it another, by more than the tolerance. Where order within a time is not known, the time is"
    " right if some order of its events adds up, and is told once if none does; the next time starts from the"
    " asserted value.",
    sorts={"more": exceeds("asserted", "expected"), "less": exceeds("expected", "asserted")},
)
