"""What another model version would change, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from audit.comparing import Difference

Write = Callable[[str], object]


def tell_difference(write: Write, found: Difference) -> None:
    """Groups with their counts; of each the first subjects by name."""
    if found.is_none:
        write("Nothing would change: no state, no balance, no finding.")
    else:
        _tell_groups(write, found)
    if found.unsealed:
        write(f"What it calls personal stands in the clear in {counted(found.unsealed)}: there it would be sealed.")
    if found.unsealed or not found.is_none:
        write("Nothing was changed. `python manage.py rebuild --model FILE` puts it in force.")


def counted(events: int) -> str:
    """In words, of those that were read under an earlier model."""
    return "1 older event" if events == 1 else f"{events:,} older events"


def _tell_groups(write: Write, found: Difference) -> None:
    write(f"Model {found.model[:12]} instead of {found.in_force[:12]} would change:")
    for state in found.states:
        _group(write, state.count, f"{state.lane}: {_or_none(state.before)} -> {_or_none(state.after)}", state.examples)
    for balance in found.balances:
        what = f"{balance.book}, {balance.kind}: together {balance.before} -> {balance.after}"
        _group(write, balance.count, what, balance.examples)
    for finding in found.findings:
        what = f"finding {finding.rule}: {_or_none(finding.before)} -> {_or_none(finding.after)}"
        _group(write, finding.count, what, finding.examples)


def difference_document(found: Difference) -> dict[str, Any]:
    """The JSON of `rebuild --dry-run --json`."""
    return {
        "model": found.model,
        "in_force": found.in_force,
        "states": [
            {"lane": s.lane, "from": s.before or None, "to": s.after or None, **_counted(s.count, s.examples)}
            for s in found.states
        ],
        "balances": [
            {
                "book": b.book,
                "place": b.kind,
                "currency": b.before.currency,
                "from": f"{b.before.amount:f}",
                "to": f"{b.after.amount:f}",
                **_counted(b.count, b.examples),
            }
            for b in found.balances
        ],
        "findings": [
            {"rule": f.rule, "from": f.before or None, "to": f.after or None, **_counted(f.count, f.examples)}
            for f in found.findings
        ],
        "unsealed": found.unsealed,
    }


def _group(write: Write, count: int, what: str, examples: Sequence[str]) -> None:
    more = f" and {count - len(examples):,} more" if count > len(examples) else ""
    write(f"  {count:,}  {what}  ({', '.join(examples)}{more})")


def _counted(count: int, examples: Sequence[str]) -> dict[str, Any]:
    return {"count": count, "shown": len(examples), "subjects": list(examples)}


def _or_none(state: str) -> str:
    return state or "none"
