"""What an event says of itself that rules hold against it: its movements' total, and the reasons of a correction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from audit.model import schema
from audit.model.meaning import Data, Facts, Movement, Rest
from audit.model.paths import key_of
from audit.model.places import UNEXPLAINED, PlaceTemplate

if TYPE_CHECKING:
    from audit.model.reading import EventCompiler

Ties = Sequence[tuple[str, str]]
FindRest = Callable[[Facts, Data, Mapping[str, str], Ties, Sequence[Movement]], Rest | None]


def compile_total(compiler: EventCompiler, total: schema.Total) -> FindRest:
    """What the declared total and the movements differ by, as a movement between the place and the unexplained."""
    money, book, is_out = compiler.money(total.amount, total.currency), total.book, total.from_ is not None
    template = PlaceTemplate.parse(total.from_ or total.to or "")
    kind, place_key = template.kind, compiler.place_key(template)

    def find(
        facts: Facts, data: Data, memory: Mapping[str, str], ties: Ties, movements: Sequence[Movement]
    ) -> Rest | None:
        declared, currency = money(facts, data, memory)
        key = place_key(facts, data, memory, ties)
        moved = sum(_brought(one, book, kind, key, currency) for one in movements)
        moved = -moved if is_out else moved
        if moved == declared:
            return None
        is_leaving = is_out == (declared > moved)
        ends = (kind, key, UNEXPLAINED, "") if is_leaving else (UNEXPLAINED, "", kind, key)
        return Rest(declared, moved, Movement(book, *ends, abs(declared - moved), currency))

    return find


def _brought(movement: Movement, book: str, kind: str, key: str, currency: str) -> int:
    """What a movement brings to a place; below zero: takes from it."""
    if movement.book != book or movement.currency != currency:
        return 0
    is_to = (movement.to_kind, movement.to_key) == (kind, key)
    is_from = (movement.from_kind, movement.from_key) == (kind, key)
    return (is_to - is_from) * movement.units


def compile_reasons(compiler: EventCompiler, reasons: schema.Reasons) -> Callable[[Facts, Data], str | None]:
    """What a correction lacks, in words; None: nothing."""
    reason = compiler.get(reasons.reason) if reasons.reason else None
    maker = compiler.get(reasons.by) if reasons.by else None
    approver = compiler.get(reasons.approved_by) if reasons.approved_by else None

    def lacks(facts: Facts, data: Data) -> str | None:
        missing = []
        if reason is not None and not _word(reason(facts, data)):
            missing.append("a reason")
        made_by = _word(maker(facts, data)) if maker is not None else ""
        if maker is not None and not made_by:
            missing.append("the name of who made it")
        if approver is not None:
            agreed = _word(approver(facts, data))
            if not agreed:
                missing.append("an approval")
            elif agreed == made_by:
                missing.append("an approval by somebody else than who made it")
        return " and ".join(missing) or None

    return lacks


def _word(value: object) -> str:
    try:
        return (key_of(value) or "").strip()
    except ValueError:
        return "?"  # there is something, if nothing that could be a name
