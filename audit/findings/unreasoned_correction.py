"""D31: a correction by hand does not say why, or who agreed."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="unreasoned_correction",
    title="Correction without reason",
    severity=Severity.CRITICAL,
    sentence="{type} of {stream} lacks {lacks}.",
    mend="An event of the bank that states it. This one stays as it was recorded.",
    meaning="D31: a correction lacks what the model asks of corrections: a reason, its maker, an approval, or an "
    "approver who is somebody else than its maker.",
)
