"""Asserted values: a field of an event says what places hold after it. Read and checked here, judged by findings."""

from __future__ import annotations

from decimal import Decimal

from audit.model import schema
from audit.model.places import PlaceTemplate
from audit.model.reading import EventCompiler
from audit.model.written import Text


def write_asserted(text: Text, compiler: EventCompiler) -> None:
    """What the event says that places hold after it."""
    with text.function("asserted(facts, data, memory)"):
        with text.block("try:"):
            compiler.begin(text)
            compiler.ties(text)
            found = [_assertion(text, compiler, one) for one in compiler.event.asserts]
            text.line(f"return [{', '.join(found)}]")
        text.line("except Trouble: return ()")


def _assertion(text: Text, compiler: EventCompiler, one: schema.Assertion) -> str:
    currency = currency_of(compiler.event, one)
    path = currency.path or ""
    code = text.constant(currency.always) if currency.always is not None else compiler.value(text, path)
    digits = text.local(f"digits_of({code}, {text.constant(compiler.digits)}, {text.constant(path)})", "digits")
    value, field = compiler.value(text, one.field), text.constant(one.field)
    units = text.local(f"signed_units({value}, {digits}, {field})", "units")
    places = ""
    for template in map(PlaceTemplate.parse, one.places):
        places += f"({text.constant(template.kind)}, {compiler.place_key(text, template)}), "
    tolerance = f"int({text.constant(Decimal(one.tolerance))}.scaleb({digits}))"
    return (
        f"Asserted({field}, {text.constant(one.book)}, ({places}), {units}, {code}, {tolerance},"
        f" {one.cumulative})"
    )


def currency_of(event: schema.Event, one: schema.Assertion) -> schema.CurrencyOf:
    """The assertion's own currency, else that of the event's first movement, else of what it declares."""
    if one.currency is not None:
        return one.currency
    if event.moves:
        return event.moves[0].currency
    return event.declares.currency if event.declares else schema.CurrencyOf(path="")
