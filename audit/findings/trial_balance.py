"""D4: what is stored as a sum is not what the movements sum to, or a book does not sum to zero."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="trial_balance",
    title="Stored sums differ from the movements",
    severity=Severity.CRITICAL,
    sentence="{what} of {place} says {stored}, and the movements sum to {summed}.",
    mend="`python manage.py rebuild`: all sums are made from the log anew.",
    meaning="D4: a balance, a place's day sums, the sum of a kind of place or the last running balance differs from "
    "the movements, or a book does not sum to zero in a currency. Checked by every rebuild and on request.",
)
