"""All rules, by name: what findings are called, how bad they are, and what they say."""

from __future__ import annotations

from audit.findings import (
    asserted_value_differs,
    changed_at_source,
    clock_anomaly,
    duplicate_effect,
    duplicate_reaction,
    forbidden_state,
    id_collision,
    illegal_transition,
    late_reaction,
    life_after_death,
    missing_reaction,
    negative_place,
    position_hole,
    redelivery,
    residue_at_end,
    source_silent,
    stuck,
    transfer_not_conserved,
    trial_balance,
    unbalanced_event,
    unknown_event,
    unreadable,
    unreasoned_correction,
    version_clash,
    version_gap,
)
from audit.findings.rule import Rule

RULES: dict[str, Rule] = {
    module.RULE.name: module.RULE
    for module in (
        unknown_event,
        unreadable,
        illegal_transition,
        life_after_death,
        negative_place,
        stuck,
        missing_reaction,
        late_reaction,
        duplicate_reaction,
        duplicate_effect,
        residue_at_end,
        transfer_not_conserved,
        redelivery,
        id_collision,
        version_gap,
        clock_anomaly,
        version_clash,
        unbalanced_event,
        unreasoned_correction,
        forbidden_state,
        asserted_value_differs,
        position_hole,
        changed_at_source,
        source_silent,
        trial_balance,
    )
}
