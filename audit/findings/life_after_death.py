"""D11: a state-changing event after a final state, which is not declared a correction."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="life_after_death",
    title="Life after the end",
    severity=Severity.HIGH,
    sentence="{type} changed the {lane} {item} to “{to}” after it had ended as “{from}”.",
    mend="A correction of the same {lane} that says why.",
    meaning="D11: a state-changing event after a final state, which is not declared a correction.",
)
