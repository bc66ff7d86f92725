"""The functions of one type of event, as they are written: pure, and raising nothing."""

from __future__ import annotations

from typing import Any

from audit.model.asserts import write_asserted
from audit.model.effects import write_values
from audit.model.fields import write_sets
from audit.model.judged import write_rest
from audit.model.owners import write_owner
from audit.model.reading import GIVEN, EventCompiler
from audit.model.written import Text


def functions(compiler: EventCompiler) -> dict[str, Any]:
    """By the name of the field of EventMeaning that each becomes; those that the event has no need of are left out."""
    text = Text()
    _write_read(text, compiler)
    _write_blinded(text, compiler)
    write_owner(text, compiler)
    if compiler.event.asserts:
        write_asserted(text, compiler)
    if compiler.event.effect is not None:
        write_values(text, compiler)
    return text.functions(f"model: {compiler.lane_name}.{compiler.name}", GIVEN)


def _write_read(text: Text, compiler: EventCompiler) -> None:
    with text.function("read(facts, data, memory)"):
        text.line("ties = []")
        with text.block("try:"):
            compiler.begin(text)
            compiler.ties(text)
            movements = compiler.movements(text)
            rest = write_rest(text, compiler) if compiler.event.total is not None else "None"
            item = compiler.item(text)
            to, allowed = (text.constant(one) for one in compiler.states())
            sets = write_sets(text, compiler)
            declared = _declared(text, compiler)
            identifiers = _identifiers(text, compiler, [*compiler.event.identifiers])
            text.line(
                f"return Reading(ties, {item}, {to}, {allowed}, {sets}, {movements}, {declared}, {identifiers},"
                f" None, {rest})"
            )
        with text.block("except Trouble as trouble:"):
            text.line("return Reading(ties, problem=str(trouble))")
        with text.block("except Exception as error:"):
            text.line("return failed(ties, facts, error)")


def _declared(text: Text, compiler: EventCompiler) -> str:
    declares = compiler.event.declares
    if declares is None:
        return "None"
    units, currency = compiler.money(text, declares.amount, declares.currency)
    return f"({units}, {currency})"


def _identifiers(text: Text, compiler: EventCompiler, names: list[str]) -> str:
    """The name of a list of those that are there: (name, value, is_personal)."""
    if not names:
        return "()"
    text.line("identifiers = []")
    for name in names:
        path = compiler.event.identifiers[name]
        key = text.local(f"key_or_none({compiler.value(text, path)})", "key", path)
        found = f"({text.constant(name)}, {key}, {compiler.is_personal(path)})"
        text.line(f"if {key} is not None: identifiers.append({found})")
    return "identifiers"


def _write_blinded(text: Text, compiler: EventCompiler) -> None:
    """The personal identifiers alone, (name, value): what is asked of an event before it is sealed."""
    with text.function("blinded(facts, data)"):
        personal = [name for name, path in compiler.event.identifiers.items() if compiler.is_personal(path)]
        found = _identifiers(text, compiler, personal)
        text.line(f"return [(name, value) for name, value, _ in {found}]" if personal else "return ()")
