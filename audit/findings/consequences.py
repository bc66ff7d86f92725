"""One fault may break several rules about a flow: what follows points to what it follows from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from audit.projections.signs import Sign

CAUSES: Mapping[str, Sequence[str]] = {
    "unmatched_resolution": ("double_effect",),
    "transfer_not_conserved": ("double_effect",),
    "books_disagree": ("double_effect", "transfer_not_conserved", "unmatched_resolution", "half_compensation"),
    "amount_drift": ("double_effect", "unmatched_resolution", "transfer_not_conserved"),
    "residue_at_end": ("half_compensation", "unmatched_resolution", "double_effect"),
    "reservation_leak": ("half_compensation",),
}


def link(signs: Sequence[Sign]) -> None:
    """Give the signs of one flow their causes: of the nearest kind, the earliest that opened before."""
    for sign in signs:
        for rule in CAUSES.get(sign.rule, ()):
            before = [one for one in signs if one.rule == rule and one.opened_at <= sign.opened_at]
            if before:
                sign.because = min(before, key=lambda one: (one.opened_at, one.opened_by))
                break
