"""D33: what proves the log, or the log itself, is not as it was signed, or is not signed and published in time."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="trail_integrity",
    title="The proof does not hold",
    severity=Severity.CRITICAL,
    sentence="{what}.",
    mend="{mend}",
    meaning="D33: an entry of the log does not give its leaf, a payload not its commitment, the tree not its hashes, a "
    "checkpoint, ours or one published outside, is not that of the log; the log key cannot be used; or signing or "
    "publishing is late or fails. Our own clock counts here: it is about us.",
)
