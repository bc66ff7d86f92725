"""D10: an event set a state that may not follow the state before it."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="illegal_transition",
    title="Illegal transition",
    severity=Severity.HIGH,
    sentence="{type} changed the {lane} {item} from “{from}” to “{to}”; it may only come when it is: {allowed}.",
    mend="A correction of the same {lane}. The smallest change that makes the history legal: {change}.",
    meaning="D10: an event set a state that may not follow the state before it. Events are facts: its money "
    "has moved and its state is set.",
)
