"""What an event says of itself that rules hold against it: its movements' total, and the reasons of a correction."""

from __future__ import annotations

from collections.abc import Callable

from audit.model import schema
from audit.model.meaning import Data, Envelope
from audit.model.paths import key_of
from audit.model.places import PlaceTemplate
from audit.model.reading import EventCompiler
from audit.model.written import Text


def write_rest(text: Text, compiler: EventCompiler) -> str:
    """The name of what the declared total and the movements differ by, which becomes the last of the movements."""
    total = compiler.event.total
    assert total is not None
    template = PlaceTemplate.parse(total.from_ or total.to or "")
    units, currency = compiler.money(text, total.amount, total.currency)
    key = compiler.place_key(text, template)
    named = f"{total.from_ is not None}, {text.constant(total.book)}, {text.constant(template.kind)}"
    text.line(f"rest = rest_of({units}, {currency}, {named}, {key}, movements)")
    text.line("if rest is not None: movements.append(rest.movement)")
    return "rest"


def compile_reasons(compiler: EventCompiler, reasons: schema.Reasons) -> Callable[[Envelope, Data], str | None]:
    """What a correction lacks, in words; None: nothing."""
    reason = compiler.get(reasons.reason) if reasons.reason else None
    maker = compiler.get(reasons.by) if reasons.by else None
    approver = compiler.get(reasons.approved_by) if reasons.approved_by else None

    def lacks(facts: Envelope, data: Data) -> str | None:
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
